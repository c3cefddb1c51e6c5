import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needRoot } from '../../test/support/root.js';
import type { ContainerExit, ContainerSpec } from './containerizer.js';
import { readStat } from './spawner/processes.js';
import { Host, PATH, until } from './testing/host.js';

let host: Host;

beforeEach(() => {
  host = Host.create();
});

afterEach(() => host.dispose());

const container = (...args: Parameters<Host['container']>) => host.container(...args);
const output = (spec: ContainerSpec) => host.output(spec);

describe('PosixContainerizer', () => {
  it('runs a shell line in its sandbox, with its environment and its marker and nothing else', async () => {
    const agent = await host.startAgent();
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
    const agent = await host.startAgent();
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
    const agent = await host.startAgent();
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
    const agent = await host.startAgent();
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
    const agent = await host.startAgent();
    await agent.recover([]);
    const spec = { ...container('true'), user: 'nobody-by-this-name' };
    expect(await agent.launch(spec)).toEqual({
      phase: 'sandbox',
      message:
        `Failed to create executor directory '${spec.directory}': Failed to chown directory to ` +
        "'nobody-by-this-name': No such user 'nobody-by-this-name'",
    });
  });

  it('runs as another user, who owns sandbox and output', async () => {
    needRoot();
    const agent = await host.startAgent();
    await agent.recover([]);
    execFileSync('chmod', ['755', host.root]);
    const spec = { ...container('id -un; id -G; touch made'), user: 'nobody' };
    await agent.pidOf(spec);
    expect(await agent.exitOf(spec.containerId)).toEqual({ kind: 'exited', code: 0 });
    const { uid, gid } = statSync(join(spec.directory, 'stdout'));
    expect(output(spec)).toBe(`nobody\n${gid}\n`);
    expect(statSync(spec.directory)).toMatchObject({ uid, gid });
    expect(statSync(spec.directory).mode & 0o777).toBe(0o750);
  });

  it('starts a container once, however often it is asked', async () => {
    const agent = await host.startAgent();
    await agent.recover([]);
    const spec = container('echo once; sleep 1000');
    const pids = await Promise.all([agent.pidOf(spec), agent.pidOf(spec)]);
    pids.push(await agent.pidOf(spec));
    expect(new Set(pids).size).toBe(1);
    await until('it wrote', () => output(spec) === 'once\n');
  });

  it('destroys what left its group and its session, too', async () => {
    const agent = await host.startAgent();
    await agent.recover([]);
    const spec = container(
      'setsid sleep 1001 & (setsid sh -c "sleep 1002 & sleep 1003" &) ; env -i /bin/sleep 1004 & wait',
    );
    await agent.pidOf(spec);
    await until('all are there', () => host.processes().then((found) => found.length >= 5));
    agent.containerizer.destroy(spec.containerId);
    expect(await agent.exitOf(spec.containerId)).toEqual({ kind: 'signaled', signal: 9 });
    await until('none is left', () => host.processes().then((found) => found.length === 0));
  });

  it('kills what a command leaves behind when it ends by itself', async () => {
    const agent = await host.startAgent();
    await agent.recover([]);
    const spec = container('setsid sleep 1005 & sleep 1006 & exit 3');
    await agent.pidOf(spec);
    expect(await agent.exitOf(spec.containerId)).toEqual({ kind: 'exited', code: 3 });
    await until('none is left', () => host.processes().then((found) => found.length === 0));
  });

  it('signals the whole process group', async () => {
    const agent = await host.startAgent();
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
    const first = await host.startAgent();
    await first.recover([]);
    const specs = { stays: container('sleep 1000'), ends: container('sleep 0.3; exit 42'), never: container('true') };
    const pid = await first.pidOf(specs.stays);
    await first.pidOf(specs.ends);
    await first.containerizer.stop();
    await until('it is on record', () => host.recorded(specs.ends).includes('"code":42'));

    const second = await host.startAgent();
    const found = await second.recover(Object.values(specs).map(({ containerId }) => containerId));
    expect(found.get(specs.stays.containerId)).toEqual({ state: 'running', pid });
    expect(second.containerizer.sandboxes()).toEqual([specs.stays.directory]);
    expect(found.get(specs.ends.containerId)).toEqual({ state: 'exited', exit: { kind: 'exited', code: 42 } });
    expect(found.get(specs.never.containerId)).toEqual({ state: 'never-started' });
    expect(await second.exitOf(specs.ends.containerId)).toEqual({ kind: 'exited', code: 42 });
    expect(await second.pidOf(specs.stays)).toBe(pid);
  });

  it('destroys and forgets at recovery what nobody knows', async () => {
    const first = await host.startAgent();
    await first.recover([]);
    const spec = container('sleep 1000');
    const pid = await first.pidOf(spec);
    await first.containerizer.stop();
    const second = await host.startAgent();
    await second.recover([]);
    await until('it is gone', () => readStat(pid) === undefined);
    await until('it is forgotten', () => host.recorded(spec).endsWith('"forgotten":true}'));
  });

  it('forgets at recovery the end of what nobody knows, and tells nobody of it', async () => {
    const first = await host.startAgent();
    await first.recover([]);
    const spec = container('exit 3');
    await first.pidOf(spec);
    await first.containerizer.stop();
    await until('its end is on record', () => host.recorded(spec).includes('"code":3'));
    const second = await host.startAgent();
    await second.recover([]);
    await until('it is forgotten', () => host.recorded(spec).endsWith('"forgotten":true}'));
    expect(second.exits.size).toBe(0);
  });

  it('kills what is left of a group whose leader has ended, also when the spawner was replaced', async () => {
    const agent = await host.startAgent();
    await agent.recover([]);
    const spec = container('sleep 1007 & sleep 0.3');
    await agent.pidOf(spec);
    for (const spawner of host.spawners()) process.kill(spawner, 'SIGKILL');
    await agent.exitOf(spec.containerId);
    await until('none is left', () => host.processes().then((found) => found.length === 0));
  });

  it('does not call a container never started when its records are gone', async () => {
    const agent = await host.startAgent();
    const found = await agent.recover(['lost']);
    expect(found.get('lost')).toEqual({ state: 'exited', exit: { kind: 'unknown' } });
    await agent.containerizer.stop();
    const next = await host.startAgent();
    expect((await next.recover(['lost', 'new'])).get('new')).toEqual({ state: 'never-started' });
  });

  it('keeps live containers when the spawner is killed, and invents no exit', async () => {
    const agent = await host.startAgent();
    await agent.recover([]);
    const [stays, ends, later] = [container('sleep 1000'), container('sleep 0.2; exit 5'), container('exit 6')];
    const pid = await agent.pidOf(stays);
    await agent.pidOf(ends);
    for (const spawner of host.spawners()) process.kill(spawner, 'SIGKILL');
    await agent.pidOf(later);
    expect(await agent.exitOf(later.containerId)).toEqual({ kind: 'exited', code: 6 });
    const exit = await agent.exitOf(ends.containerId);
    expect([{ kind: 'unknown' }, { kind: 'exited', code: 5 }]).toContainEqual(exit); // its new parent may be slow to reap
    expect(readStat(pid)?.zombie).toBe(false);
    expect(agent.exits.has(stays.containerId)).toBe(false);
    agent.containerizer.destroy(stays.containerId);
    await agent.exitOf(stays.containerId);
    expect(host.generations()).toEqual([2]);
  });

  it('finds a process whose start was intended but not recorded', async () => {
    const agent = await host.startAgent();
    await agent.recover([]);
    const spec = container('sleep 1000');
    const pid = await agent.pidOf(spec);
    for (const spawner of host.spawners()) process.kill(spawner, 'SIGKILL');
    writeFileSync(host.journal, `${JSON.stringify({ id: spec.containerId })}\n`);
    await agent.containerizer.stop();
    const next = await host.startAgent();
    expect((await next.recover([spec.containerId])).get(spec.containerId)).toEqual({ state: 'running', pid });
  });

  it('runs 200 containers, each once, and reports each exit once', async () => {
    const agent = await host.startAgent();
    await agent.recover([]);
    const specs = Array.from({ length: 200 }, (_, index) => container(`echo run; exit ${index}`));
    await Promise.all(specs.map((spec) => agent.launch(spec)));
    for (const [index, spec] of specs.entries()) {
      expect(await agent.exitOf(spec.containerId)).toEqual({ kind: 'exited', code: index });
      expect(output(spec)).toBe('run\n');
    }
    expect([...agent.exits.values()].every((exits) => exits.length === 1)).toBe(true);
  });

  it('lets its spawner end though the runtime directory was deleted under it', async () => {
    const agent = await host.startAgent();
    await agent.recover([]);
    const [spawner = 0] = host.spawners();
    rmSync(join(host.root, 'run'), { recursive: true });
    await agent.containerizer.stop(true);
    await until('it is gone', () => readStat(spawner)?.zombie !== false);
  });

  it('obeys only the newest agent', async () => {
    const first = await host.startAgent();
    await first.recover([]);
    const second = await host.startAgent();
    await second.recover([]);
    const [stale, fresh] = [container('echo stale'), container('true')];
    first.containerizer.launch(stale, () => {});
    await second.pidOf(fresh);
    await second.exitOf(fresh.containerId);
    expect(host.recorded(stale)).toBe('');
    expect(existsSync(join(stale.directory, 'stdout'))).toBe(false);
  });
});
