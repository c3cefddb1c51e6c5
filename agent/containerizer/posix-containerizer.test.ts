import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/runtime/logger.js';
import type { CommandInfo } from '../../proto/index.js';
import type { ContainerExit, ContainerSpec, LaunchFailure, RecoveredContainer } from './containerizer.js';
import { PosixContainerizer } from './posix-containerizer.js';
import { readStat, scanProcesses } from './spawner/processes.js';
import { parseGeneration } from './spawner/protocol.js';

const DEADLINE_MS = 20_000;
const PATH = '/usr/bin:/bin';

let root: string;
let agents: Agent[];

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'meseta-containers-')));
  agents = [];
});

afterEach(async () => {
  for (const agent of agents) await agent.containerizer.stop();
  const last = await Agent.start();
  await last.recover([]);
  await until('all containers are gone', () => mine().then((found) => found.length === 0));
  await last.containerizer.stop(true);
  await until('the spawner is gone', () => spawnerPids().length === 0);
  rmSync(root, { recursive: true, force: true });
});

/** An agent as far as containers are concerned. Nothing in it survives `crash`. */
class Agent {
  readonly exits = new Map<string, ContainerExit[]>();
  readonly containerizer = new PosixContainerizer({
    workDir: root,
    runtimeDir: join(root, 'run'),
    logger: silentLogger,
    fetch: async () => {},
    spawnerIdleMs: 60_000,
  });

  static async start(): Promise<Agent> {
    const agent = new Agent();
    agents.push(agent);
    agent.containerizer.onExit((id, exit) => agent.exits.set(id, [...(agent.exits.get(id) ?? []), exit]));
    await agent.containerizer.start();
    return agent;
  }

  recover(known: readonly string[]): Promise<ReadonlyMap<string, RecoveredContainer>> {
    return new Promise((resolve) => this.containerizer.recover(known, resolve));
  }

  launch(spec: ContainerSpec): Promise<{ pid: number } | LaunchFailure> {
    return new Promise((resolve) => this.containerizer.launch(spec, resolve));
  }

  async pidOf(spec: ContainerSpec): Promise<number> {
    const outcome = await this.launch(spec);
    if ('pid' in outcome) return outcome.pid;
    throw new Error(outcome.message);
  }

  async exitOf(id: string): Promise<ContainerExit | undefined> {
    await until(`${id} has ended`, () => this.exits.has(id));
    return this.exits.get(id)?.[0];
  }
}

function container(command: string | CommandInfo, id: string = randomUUID()): ContainerSpec {
  const info = typeof command === 'string' ? { value: command } : command;
  return { containerId: id, command: info, environment: { PATH }, directory: join(root, 'runs', id) };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const endAt = Date.now() + DEADLINE_MS; !(await holds()); await new Promise((next) => setTimeout(next, 10))) {
    if (Date.now() > endAt) throw new Error(`Not so within ${DEADLINE_MS} ms: ${what}`);
  }
}

function spawnerPids(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && cmdline(pid).includes(`\0${join(root, 'run')}\0`) && readStat(pid)?.zombie === false);
}

function cmdline(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

/** Processes that any container of this test left: by marker, or by working in its folder. */
async function mine(): Promise<number[]> {
  const ids = existsSync(join(root, 'runs')) ? readdirSync(join(root, 'runs')) : [];
  const processes = await scanProcesses();
  return processes.filter(({ environment }) => ids.some((id) => environment.includes(id))).map(({ pid }) => pid);
}

const output = ({ directory }: ContainerSpec, name = 'stdout') => readFileSync(join(directory, name), 'utf8');

describe('PosixContainerizer', () => {
  it('runs a shell line in its sandbox, with its environment and its marker and nothing else', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const spec = { ...container('pwd; exec env'), environment: { PATH, COLOUR: 'blue and green' } };
    await agent.pidOf(spec);
    expect(await agent.exitOf(spec.containerId)).toEqual({ kind: 'exited', code: 0 });
    const lines = output(spec).trim().split('\n');
    expect(lines[0]).toBe(spec.directory);
    expect(
      lines
        .slice(1)
        .filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line))
        .sort(),
    ).toEqual(['COLOUR=blue and green', `MESETA_CONTAINER_ID=${spec.containerId}`, `PATH=${PATH}`]);
  });

  it('passes an argument list as it is, argv[0] included', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const spec = container({
      shell: false,
      value: '/bin/sh',
      arguments: ['me', '-c', 'printf "%s|" "$0" "$@"', 'a b', '', '$HOME', '*'],
    });
    await agent.pidOf(spec);
    await agent.exitOf(spec.containerId);
    expect(output(spec)).toBe('a b||$HOME|*|');
  });

  it('tells exit codes and signals as they were', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const cases = new Map<ContainerSpec, ContainerExit>([
      [container('exit 0'), { kind: 'exited', code: 0 }],
      [container('exit 1'), { kind: 'exited', code: 1 }],
      [container('exit 255'), { kind: 'exited', code: 255 }],
      [container('kill -TERM $$'), { kind: 'signaled', signal: 15 }],
      [container('kill -SEGV $$'), { kind: 'signaled', signal: 11 }],
      [container('kill -KILL $$'), { kind: 'signaled', signal: 9 }],
    ]);
    await Promise.all([...cases.keys()].map((spec) => agent.launch(spec)));
    for (const [spec, exit] of cases) expect(await agent.exitOf(spec.containerId)).toEqual(exit);
  });

  it('says what is wrong with a program that cannot be executed', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const missing = container({ shell: false, value: 'no-such-program' });
    expect(await agent.launch(missing)).toEqual({
      phase: 'start',
      message: "Failed to execute 'no-such-program': No such file or directory",
    });
    const folder = container({ shell: false, value: '/etc' });
    expect(await agent.launch(folder)).toMatchObject({ message: "Failed to execute '/etc': Permission denied" });
    expect(agent.exits.size).toBe(0);
  });

  it('says in the words of the original that a user does not exist', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const spec = { ...container('true'), user: 'nobody-by-this-name' };
    expect(await agent.launch(spec)).toEqual({
      phase: 'sandbox',
      message:
        `Failed to create executor directory '${spec.directory}': Failed to chown directory to ` +
        "'nobody-by-this-name': No such user 'nobody-by-this-name'",
    });
  });

  it.runIf(process.getuid?.() === 0)('runs as another user, who owns sandbox and output', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    execFileSync('chmod', ['755', root]);
    const spec = { ...container('id -un; id -G; touch made'), user: 'nobody' };
    await agent.pidOf(spec);
    expect(await agent.exitOf(spec.containerId)).toEqual({ kind: 'exited', code: 0 });
    const { uid, gid } = statSync(join(spec.directory, 'stdout'));
    expect(output(spec)).toBe(`nobody\n${gid}\n`);
    expect(statSync(spec.directory)).toMatchObject({ uid, gid });
    expect(statSync(spec.directory).mode & 0o777).toBe(0o750);
  });

  it('starts a container once, however often it is asked', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const spec = container('echo once; sleep 1000');
    const pids = await Promise.all([agent.pidOf(spec), agent.pidOf(spec)]);
    pids.push(await agent.pidOf(spec));
    expect(new Set(pids).size).toBe(1);
    await until('it wrote', () => output(spec) === 'once\n');
  });

  it('destroys what left its group and its session, too', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const spec = container(
      'setsid sleep 1001 & (setsid sh -c "sleep 1002 & sleep 1003" &) ; env -i /bin/sleep 1004 & wait',
    );
    await agent.pidOf(spec);
    await until('all are there', () => mine().then((found) => found.length >= 5));
    agent.containerizer.destroy(spec.containerId);
    expect(await agent.exitOf(spec.containerId)).toEqual({ kind: 'signaled', signal: 9 });
    await until('none is left', () => mine().then((found) => found.length === 0));
  });

  it('kills what a command leaves behind when it ends by itself', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const spec = container('setsid sleep 1005 & sleep 1006 & exit 3');
    await agent.pidOf(spec);
    expect(await agent.exitOf(spec.containerId)).toEqual({ kind: 'exited', code: 3 });
    await until('none is left', () => mine().then((found) => found.length === 0));
  });

  it('signals the whole process group', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const spec = container(
      'sh -c "trap \'echo child; exit\' TERM; echo ready; while :; do sleep 0.05; done" & trap "" TERM; wait; exit 7',
    );
    await agent.pidOf(spec);
    await until('it is ready', () => output(spec).includes('ready'));
    agent.containerizer.signal(spec.containerId, 15);
    await agent.exitOf(spec.containerId);
    expect(output(spec)).toContain('child');
  });

  it('leaves containers running when the agent goes, and tells the next how they ended meanwhile', async () => {
    const first = await Agent.start();
    await first.recover([]);
    const specs = { stays: container('sleep 1000'), ends: container('sleep 0.3; exit 42'), never: container('true') };
    const pid = await first.pidOf(specs.stays);
    await first.pidOf(specs.ends);
    await first.containerizer.stop();
    await until('it is on record', () => recorded(specs.ends).includes('exit'));

    const second = await Agent.start();
    const found = await second.recover(Object.values(specs).map(({ containerId }) => containerId));
    expect(found.get(specs.stays.containerId)).toEqual({ state: 'running', pid });
    expect(found.get(specs.ends.containerId)).toEqual({ state: 'exited', exit: { kind: 'exited', code: 42 } });
    expect(found.get(specs.never.containerId)).toEqual({ state: 'never-started' });
    expect(await second.exitOf(specs.ends.containerId)).toEqual({ kind: 'exited', code: 42 });
    expect(await second.pidOf(specs.stays)).toBe(pid);
  });

  it('destroys and forgets at recovery what nobody knows', async () => {
    const first = await Agent.start();
    await first.recover([]);
    const spec = container('sleep 1000');
    const pid = await first.pidOf(spec);
    await first.containerizer.stop();
    const second = await Agent.start();
    await second.recover([]);
    await until('it is gone', () => readStat(pid) === undefined);
    await until('it is forgotten', () => recorded(spec).endsWith('"forgotten":true}'));
  });

  it('does not call a container never started when its records are gone', async () => {
    const agent = await Agent.start();
    const found = await agent.recover(['lost']);
    expect(found.get('lost')).toEqual({ state: 'exited', exit: { kind: 'unknown' } });
    await agent.containerizer.stop();
    const next = await Agent.start();
    expect((await next.recover(['lost', 'new'])).get('new')).toEqual({ state: 'never-started' });
  });

  it('keeps live containers when the spawner is killed, and invents no exit', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const [stays, ends, later] = [container('sleep 1000'), container('sleep 0.2; exit 5'), container('exit 6')];
    const pid = await agent.pidOf(stays);
    await agent.pidOf(ends);
    for (const spawner of spawnerPids()) process.kill(spawner, 'SIGKILL');
    await agent.pidOf(later);
    expect(await agent.exitOf(later.containerId)).toEqual({ kind: 'exited', code: 6 });
    const exit = await agent.exitOf(ends.containerId);
    expect([{ kind: 'unknown' }, { kind: 'exited', code: 5 }]).toContainEqual(exit); // its new parent may be slow to reap
    expect(readStat(pid)?.zombie).toBe(false);
    expect(agent.exits.has(stays.containerId)).toBe(false);
    agent.containerizer.destroy(stays.containerId);
    await agent.exitOf(stays.containerId);
    expect(generations()).toEqual([2]);
  });

  it('finds a process whose start was intended but not recorded', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const spec = container('sleep 1000');
    const pid = await agent.pidOf(spec);
    for (const spawner of spawnerPids()) process.kill(spawner, 'SIGKILL');
    writeFileSync(join(root, 'run/containers'), `${JSON.stringify({ id: spec.containerId })}\n`);
    await agent.containerizer.stop();
    const next = await Agent.start();
    expect((await next.recover([spec.containerId])).get(spec.containerId)).toEqual({ state: 'running', pid });
  });

  it('runs 200 containers, each once, and reports each exit once', async () => {
    const agent = await Agent.start();
    await agent.recover([]);
    const specs = Array.from({ length: 200 }, (_, index) => container(`echo run; exit ${index}`));
    await Promise.all(specs.map((spec) => agent.launch(spec)));
    for (const [index, spec] of specs.entries()) {
      expect(await agent.exitOf(spec.containerId)).toEqual({ kind: 'exited', code: index });
      expect(output(spec)).toBe('run\n');
    }
    expect([...agent.exits.values()].every((exits) => exits.length === 1)).toBe(true);
  });

  it('obeys only the newest agent', async () => {
    const first = await Agent.start();
    await first.recover([]);
    const second = await Agent.start();
    await second.recover([]);
    const [stale, fresh] = [container('echo stale'), container('true')];
    first.containerizer.launch(stale, () => {});
    await second.pidOf(fresh);
    await second.exitOf(fresh.containerId);
    expect(recorded(stale)).toBe('');
    expect(existsSync(join(stale.directory, 'stdout'))).toBe(false);
  });
});

const recorded = ({ containerId }: ContainerSpec) =>
  readFileSync(join(root, 'run/containers'), 'utf8')
    .split('\n')
    .filter((line) => line.includes(containerId))
    .join('\n');

const generations = () =>
  readdirSync(join(root, 'run'))
    .map(parseGeneration)
    .filter((value) => value > 0);
