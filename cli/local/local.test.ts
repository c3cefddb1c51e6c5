import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../test/support/until.js';
import { isSame, machineOf } from './machine.js';
import { planCluster, planSchema, shareOf } from './plan.js';
import { findProcesses, isAlive, waitUntilGone } from './processes.js';
import { restartDelayMs } from './restart-delay.js';
import { daemonsThatFail } from './restarts.js';
import { claimState, forgetCluster, readState, stateDirOf } from './state.js';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'meseta-local-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const options = { stateDir: '/s', agents: 3, port: 5050, agentPort: 5051, jobsPort: 5052 };
const machine = { cpus: 8, memMib: 16_384, diskMib: 100_000 };
const clusterOf = (stateDir: string, supervisorPid: number) => ({
  stateDir,
  supervisorPid,
  startedAt: '2026-01-01T00:00:00.000Z',
  master: '127.0.0.1:5050',
  daemons: [],
});

describe('the plan of a local cluster', () => {
  it('starts the master first and the jobs framework last', () => {
    expect(planCluster(options, machine).map(({ name }) => name)).toEqual([
      'master',
      'agent-1',
      'agent-2',
      'agent-3',
      'jobs',
    ]);
  });

  it('gives each agent a host, a folder and a log of its own', () => {
    const agents = planCluster(options, machine).filter(({ name }) => name.startsWith('agent'));
    expect(agents.map(({ address }) => address)).toEqual(['127.0.0.11:5051', '127.0.0.12:5051', '127.0.0.13:5051']);
    expect(new Set(agents.flatMap(({ args }) => args.filter((arg) => arg.startsWith('--work_dir')))).size).toBe(3);
    expect(new Set(agents.map(({ logFile }) => logFile)).size).toBe(3);
  });

  it('is read back as it was written', () => {
    const plan = planCluster(options, machine);
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  it('shares out no more than the machine has, however many agents there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 2_048, max: 1_000_000 }),
        fc.integer({ min: 10_000, max: 1_000_000 }),
        fc.integer({ min: 1, max: 10 }),
        (cpus, memMib, diskMib, agents) => {
          const share = shareOf({ cpus, memMib, diskMib }, agents);
          const amount = (name: string) => Number(new RegExp(`${name}:([0-9.]+)`).exec(share)?.[1]);
          expect(amount('cpus') * agents).toBeLessThanOrEqual(cpus + 1e-9);
          expect(amount('mem') * agents).toBeLessThanOrEqual(memMib);
          expect(amount('disk') * agents).toBeLessThanOrEqual(diskMib);
        },
      ),
    );
  });

  it('gives even the smallest share something to run on', () => {
    expect(shareOf({ cpus: 1, memMib: 512, diskMib: 500 }, 100)).toBe('cpus:0.1;mem:64;disk:64;ports:[31000-32000]');
  });
});

describe('what the machine has', () => {
  it('is measured once: used disk does not change the shares', async () => {
    const dir = await folder();
    const first = await machineOf(dir);
    const kept = { ...first, diskMib: Math.max(1, first.diskMib - 10) };
    await writeFile(join(dir, 'machine.json'), JSON.stringify(kept));
    expect(await machineOf(dir)).toEqual(kept);
  });

  it('is measured anew when the machine is another one, or what was kept is damaged', async () => {
    expect(isSame(machine, { ...machine, cpus: 4 })).toBe(false);
    expect(isSame(machine, { ...machine, diskMib: 10_000 })).toBe(false);
    const dir = await folder();
    await writeFile(join(dir, 'machine.json'), '{"cpus":');
    expect((await machineOf(dir)).cpus).toBeGreaterThan(0);
  });
});

describe('the state folder', () => {
  it.each([
    [{ MESETA_HOME: '/h' }, '/h'],
    [{ MESETA_HOME: '', XDG_STATE_HOME: '/x' }, '/x/meseta'],
    [{ XDG_STATE_HOME: '/x' }, '/x/meseta'],
  ])('of %j is %s', (env, wanted) => {
    expect(stateDirOf(env)).toBe(wanted);
  });

  it('tells a running cluster from one whose supervisor died, and both from none', async () => {
    const dir = await folder();
    expect(await readState(dir)).toEqual({ kind: 'none' });
    const script = 'setInterval(() => {}, 1000)';
    const supervisor = spawn(process.execPath, ['-e', script, dir], { stdio: 'ignore' });
    const cluster = clusterOf(dir, supervisor.pid ?? 0);
    expect(await claimState(cluster)).toBe(true);
    await until('the supervisor to be seen', async () => (await readState(dir)).kind === 'running');
    expect(await claimState(clusterOf(dir, process.pid))).toBe(false);
    supervisor.kill('SIGKILL');
    await once(supervisor, 'exit');
    expect(await readState(dir)).toMatchObject({ kind: 'orphaned', cluster: { supervisorPid: supervisor.pid } });
    await forgetCluster(dir);
    expect(await readState(dir)).toEqual({ kind: 'none' });
  });

  it('does not take another process that was given the number for the supervisor', async () => {
    const dir = await folder();
    await claimState(clusterOf(dir, process.pid));
    expect((await readState(dir)).kind).toBe('orphaned');
  });

  it('is none when its file is damaged', async () => {
    const dir = await folder();
    await writeFile(join(dir, 'cluster.json'), '{"supervisorPid": "x"}');
    expect(await readState(dir)).toEqual({ kind: 'none' });
  });
});

describe('processes of a cluster', () => {
  it('are found by what they work on, tasks by where they work, and are waited for', async () => {
    const dir = await folder();
    const sandbox = join(dir, 'agent-1/slaves/S/frameworks/F/executors/E/runs/R');
    await mkdir(sandbox, { recursive: true });
    const idle = ['-e', 'setInterval(() => {}, 1000)', '--'];
    const daemon = spawn(process.execPath, [...idle, `--work_dir=${dir}/agent-1`], { stdio: 'ignore' });
    const helper = spawn(process.execPath, [...idle, `${dir}/agent-1/run`], { stdio: 'ignore' });
    const task = spawn('sleep', ['60'], { cwd: sandbox, stdio: 'ignore' });
    const stranger = spawn(process.execPath, [...idle, `--work_dir=${dir}-other/agent-1`], { stdio: 'ignore' });
    const all = [daemon, helper, task, stranger];
    onTestFinished(() => {
      for (const child of all) child.kill('SIGKILL');
    });
    const found = await until('all of them', async () => {
      const now = await findProcesses(dir);
      return now.length === 3 && now;
    });
    expect(found.toSorted((a, b) => a.pid - b.pid)).toEqual(
      [
        { pid: daemon.pid, kind: 'daemon', name: 'agent-1' },
        { pid: helper.pid, kind: 'helper', name: '' },
        { pid: task.pid, kind: 'task', name: '' },
      ].toSorted((a, b) => (a.pid ?? 0) - (b.pid ?? 0)),
    );
    task.kill();
    expect(await waitUntilGone([task.pid ?? 0], 5_000)).toEqual([]);
    expect(await waitUntilGone([helper.pid ?? 0], 0)).toEqual([helper.pid]);
    await until('the helper to be killed', async () => !(await isAlive(helper.pid ?? 0)));
  });
});

describe('restarts', () => {
  it('come at once at first, later less often, never less than every 10 s', () => {
    expect([1, 2, 3, 4, 20, 1_000].map(restartDelayMs)).toEqual([100, 200, 400, 800, 10_000, 10_000]);
  });

  it('of one daemon, several since the start, mean that it cannot start', async () => {
    const file = join(await folder(), 'supervisor.log');
    const line = (time: string, daemon: string) => JSON.stringify({ time, daemon, code: 1, signal: null });
    const lines = [
      ...[1, 2, 3].map((at) => line(`2026-01-01T00:00:0${at}.000Z`, 'old')),
      ...[1, 2, 3].map((at) => line(`2026-01-02T00:00:0${at}.000Z`, 'agent-1')),
      line('2026-01-02T00:00:01.000Z', 'jobs'),
      'not JSON',
    ];
    await writeFile(file, lines.join('\n'));
    expect(await daemonsThatFail(file, '2026-01-02T00:00:00.000Z')).toEqual(['agent-1']);
    expect(await daemonsThatFail(`${file}.none`, '')).toEqual([]);
    expect(await readFile(file, 'utf8')).not.toBe('');
  });
});
