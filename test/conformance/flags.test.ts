import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AGENT_FLAGS } from '../../agent/flag-table.js';
import type { Flag, FlagTable } from '../../common/runtime/flag.js';
import { MASTER_FLAGS } from '../../master/flag-table.js';

/** One row of the table of the original's flags. */
interface Row {
  readonly daemon: string;
  readonly names: readonly string[];
  readonly default: string;
}

/** Defaults that differ on purpose. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'master port': '5050, which the table leaves out',
  'agent port': '5051, which the table leaves out',
  'master authenticate_http_readonly': 'off, as recorded',
  'master authenticate_http_readwrite': 'off, as recorded',
  'agent authenticate_http_readonly': 'off, as recorded',
  'agent authenticate_http_readwrite': 'off, as recorded',
  'master http_authenticators': 'basic, as recorded: there are no executors to authenticate',
  'agent http_authenticators': 'basic: tokens of executors have a flag of their own',
  'master memory_profiling': 'recorded of the master, but both daemons have it',
  'agent memory_profiling': 'recorded of the master, but both daemons have it',
  'master authorizers': 'the table has it',
  'agent authorizer': 'local, as recorded',
  'master filter_gpu_resources': 'on, as recorded',
  'agent docker_socket': 'there is no Windows',
  'agent isolation': 'there is no Windows',
  'agent executor_reregistration_retry_interval': 'no retries is said by leaving it out',
  'agent fetcher_cache_dir': 'in --work_dir: a folder in /tmp can be prepared by anyone',
  'agent frameworks_home': 'empty, as recorded',
  'agent http_executor_domain_sockets': 'off, as recorded',
  'agent launcher': 'posix, the only one in this version',
  'agent network_cni_root_dir_persist': 'off, as recorded',
  'agent network_cni_metrics': 'on, as recorded',
  'agent xfs_project_range': 'the marks around it are not part of it',
};

const rows: Row[] = readFileSync(new URL('./mesos-flags.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [daemon = '', spelling = '', usual = ''] = line.split('\t');
    const names = spelling.split(' or ').map((name) => name.replace(/^--(\[no-\])?/, '').replace(/=.*/, ''));
    return { daemon, names, default: usual.replace(' (recorded)', '') };
  });

describe.each([
  ['master', MASTER_FLAGS as FlagTable],
  ['agent', AGENT_FLAGS as FlagTable],
])('the flags of the %s', (daemon, table) => {
  const wanted = rows.filter((row) => row.daemon === daemon || row.daemon === 'both');

  it('are all known, under all their names', () => {
    const known = Object.entries(table).map(([name, row]) => [name, ...(row.aliases ?? [])].join());
    expect(known).toEqual(expect.arrayContaining(wanted.map(({ names }) => names.join())));
  });

  it('have the defaults of the original, but for those explained', () => {
    const different = wanted
      .filter(({ names: [name = ''], default: usual }) => (table[name]?.default ?? '') !== usual)
      .map(({ names }) => `${daemon} ${names[0]}`);
    expect(different.filter((name) => !(name in DIFFERENCES))).toEqual([]);
  });

  it('have a line of help each, and a default that reads', () => {
    for (const [name, row] of Object.entries(table) as [string, Flag<unknown>][]) {
      expect(row.help, name).toMatch(/^[A-Z].{5,}[^.]$/);
      if (row.default !== undefined) expect(row.kind.parse(row.default), name).toBeDefined();
    }
  });
});
