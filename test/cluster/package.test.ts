import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NODE } from '../support/daemon.js';

/** A program of somebody else's that uses something of everything that the package exports, with its types. */
const AUTHOR = `
import { mesos, type Offer } from 'meseta';
import { createExecutor, type ExecutorClient } from 'meseta/executor-sdk';
import { scriptedAgent } from 'meseta/executor-sdk/testing';
import { createScheduler, match, openSqliteStore, silentLogger, type SchedulerClient } from 'meseta/scheduler-sdk';
import { FailingStore, MemoryStore, type Store } from 'meseta/scheduler-sdk/store';
import { offer, scriptedMaster, VirtualClock } from 'meseta/scheduler-sdk/testing';

const file: Store = await openSqliteStore('memory.db', { log: silentLogger });
const failing: Store = new FailingStore(file, { failReads: true });
const memory: Store = new MemoryStore(new VirtualClock());
await Promise.all([failing.close(), memory.close()]);

const offers: readonly Offer[] = [offer({ cpus: 4, mem: 64 })];
const { placements } = match([{ id: 'a', needs: { cpus: 1, mem: 32 }, group: 'a' }], offers);
const master = scriptedMaster();
let client: SchedulerClient | undefined;
const scheduler = await createScheduler({ name: 'author', master: 'any:1', ports: master.ports }, (mine) => {
  client = mine;
  return {};
});
master.subscribe();
const stop = (executor: ExecutorClient) => executor.finish();
const parts = [createExecutor, scriptedAgent, stop, scheduler, client].map((part) => part !== undefined);
console.log(JSON.stringify([placements.length, mesos.v1.TaskState.TASK_RUNNING, ...parts]));
process.exit(0);
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meseta-author-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
}

describe('the package', () => {
  it('holds every file that it exports, code and types', async () => {
    const { exports } = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
    const { stdout } = await execa('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline']);
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const packed = new Set(files.map(({ path }) => `./${path}`));
    const missing = Object.values(exports).flatMap((each) => Object.values(each).filter((path) => !packed.has(path)));
    expect(missing).toEqual([]);
  });

  it('is all that the author of a framework imports, with types', async () => {
    await mkdir(join(folder, 'node_modules'));
    await symlink(resolve('.'), join(folder, 'node_modules', 'meseta'));
    const compilerOptions = {
      module: 'NodeNext',
      target: 'ES2024',
      lib: ['ESNext'],
      strict: true,
      types: ['node'],
      typeRoots: [resolve('node_modules/@types')],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['author.ts'] }));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'author.ts'), AUTHOR);
    const compiler = resolve('node_modules/typescript/bin/tsc');
    const { stdout: mistakes } = await execa(NODE, [compiler, '-p', '.'], { cwd: folder, reject: false });
    expect(mistakes).toBe('');
    const { stdout } = await execa(NODE, ['author.js'], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual([1, 1, true, true, true, true, true]);
  });
});
