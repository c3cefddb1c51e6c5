import { describe, expect, it } from 'vitest';
import { messageOf } from '../common/runtime/errors.js';
import { masterHelp, readMasterFlags } from './flags.js';
import { DEFAULT_MASTER_OPTIONS } from './options.js';

const read = (...argv: string[]) => readMasterFlags({ argv: ['--work_dir=/w', ...argv], env: {} });

function refusal(argv: string[]): string {
  try {
    readMasterFlags({ argv, env: {} });
    return 'accepted';
  } catch (error) {
    return messageOf(error);
  }
}

/** A flag, a wrong value, and what the answer says is wanted. */
const WRONG: readonly [flag: string, value: string, wanted: string][] = [
  ['port', '65536', 'a port from 1 to 65535'],
  ['ip', 'localhost', 'an IP address, such as 127.0.0.1'],
  ['advertise_ip', '1.2.3', 'an IP address'],
  ['advertise_port', '-1', 'a port'],
  ['hostname', 'a b', 'a host name'],
  ['hostname_lookup', 'yes', 'true or false'],
  ['work_dir', '', 'a path'],
  ['registry', 'sqlite', 'replicated_log or in_memory'],
  ['registry_fetch_timeout', '1', 'a duration'],
  ['registry_store_timeout', '0secs', 'a duration of at least 1ms'],
  ['registry_gc_interval', 'soon', 'a duration'],
  ['registry_max_agent_age', '-2weeks', 'a duration'],
  ['registry_max_agent_count', '1e3', 'a whole number of at least 0'],
  ['cluster', ' ', 'a text that is not empty'],
  ['zk', 'localhost:2181', 'zk://host1:port1,host2:port2/path'],
  ['agent_ping_timeout', '15', 'a duration'],
  ['slave_ping_timeout', '15s', 'a duration'],
  ['max_agent_ping_timeouts', '0', 'a whole number of at least 1'],
  ['agent_reregister_timeout', '10min', 'a duration'],
  ['allocation_interval', '1 secs', 'a duration'],
  ['min_allocatable_resources', 'cpus=1', 'amounts of which one must be free'],
  ['min_allocatable_resources', 'cpus:1;cpus:2', 'amounts'],
  ['offer_timeout', 'never', 'a duration'],
  ['roles', 'a,,b', 'role names between commas'],
  ['roles', 'a b', 'role names'],
  ['weights', 'a', 'roles with weights above 0'],
  ['weights', 'a=0', 'roles with weights above 0'],
  ['weights', 'a=1,a=2', 'roles with weights above 0'],
  ['root_submissions', '2', 'true or false'],
  ['max_completed_frameworks', '1.5', 'a whole number'],
  ['max_completed_tasks_per_framework', '', 'a whole number'],
  ['max_unreachable_tasks_per_framework', 'x', 'a whole number'],
  ['logging_level', 'LOUD', 'INFO, WARNING or ERROR'],
  ['quorum', '0', 'a whole number'],
  ['agent_removal_rate_limit', '1', 'a number per duration'],
  ['recovery_agent_removal_limit', '120%', 'a percentage'],
  ['offer_constraints_re2_max_mem', '4k', 'a size'],
  ['acls', '{', 'a JSON object'],
  ['rate_limits', '7', 'a JSON object'],
  ['allocator_agent_recovery_factor', '1.1', 'a number from 0 to 1'],
  ['role_sorter', 'fair', 'drf or random'],
];

describe('readMasterFlags()', () => {
  it('has the defaults of the core', () => {
    const { hostname: _, ip: __, ...rest } = DEFAULT_MASTER_OPTIONS;
    expect(read().flags).toMatchObject(rest);
    expect(read().warnings).toEqual([]);
  });

  it('reads what matters', () => {
    const { flags } = read(
      '--roles=web',
      '--weights=web=2,batch=0.5',
      '--min_allocatable_resources=cpus:0.01|mem:32;disk:1',
    );
    expect(flags.roles).toEqual(['*', 'web']);
    expect(flags.weights).toEqual({ web: 2, batch: 0.5 });
    expect(flags.minAllocatable).toEqual([
      new Map([['cpus', 10]]),
      new Map([
        ['mem', 32_000],
        ['disk', 1000],
      ]),
    ]);
  });

  it.each(WRONG)('answers --%s=%s by naming flag, value and what is wanted', (flag, value, wanted) => {
    const text = refusal(['--registry=in_memory', `--${flag}=${value}`].slice(flag === 'registry' ? 1 : 0));
    expect(text).toMatch(/^Cannot start master:\n/);
    expect(text).toContain(`--${flag.replace('slave', 'agent')} must be ${wanted}`);
    expect(text).toContain(`got "${value}" (command line)`);
  });

  it('needs a folder unless it may forget', () => {
    expect(refusal([])).toContain('--work_dir is missing: give a folder');
    expect(refusal(['--registry=in_memory'])).toBe('accepted');
  });

  it('refuses several masters rather than pretend', () => {
    expect(refusal(['--work_dir=/w', '--zk=zk://ann:secret@a:2181,b:2181/mesos'])).toBe(
      'Cannot start master:\n  --zk cannot be had: several masters through ZooKeeper are not supported by this version, ' +
        'got "zk://ann:(hidden)@a:2181,b:2181/mesos" (command line)',
    );
  });

  it('warns that it does not guard what the operator thinks guarded', () => {
    expect(read('--authenticate_agents').warnings).toEqual([
      expect.stringContaining('--authenticate_agents has no effect'),
    ]);
    expect(read('--quorum=1').warnings).toEqual([expect.stringContaining('--quorum has no effect')]);
  });

  it('explains every flag', () => {
    expect(masterHelp(72)).toContain('--agent_ping_timeout=DURATION or --slave_ping_timeout=DURATION');
  });
});
