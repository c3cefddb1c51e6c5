import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerSpec } from './containerizer.js';
import { openSession, type Session } from './sessions.js';
import type { RecordedExit } from './spawner/protocol.js';
import { type ContainerAgent, Host, until } from './testing/host.js';

let host: Host;
let agent: ContainerAgent;
let task: ContainerSpec;

beforeEach(async () => {
  ({ host, agent, task } = await Host.withTask());
});

afterEach(() => host.dispose());

interface Running {
  readonly session: Session;
  readonly heard: { stdout: string; stderr: string; bytes: number };
  readonly ended: Promise<RecordedExit>;
}

function run(value: string, spec: ContainerSpec = task): Running {
  const heard = { stdout: '', stderr: '', bytes: 0 };
  const { promise: ended, resolve } = Promise.withResolvers<RecordedExit>();
  const session = openSession(
    agent.containerizer,
    { ...spec, command: { value } },
    {
      output: (stream, bytes) => {
        heard.bytes += bytes.length;
        if (heard.bytes < 10_000) heard[stream] += Buffer.from(bytes).toString();
      },
      ended: resolve,
    },
  );
  return { session, heard, ended };
}

describe('openSession()', () => {
  it('runs in the sandbox and tells output and exit apart', async () => {
    const { heard, ended } = run('pwd; echo problem >&2; exit 3');
    expect(await ended).toEqual({ kind: 'exited', code: 3 });
    expect(heard).toMatchObject({ stdout: `${task.directory}\n`, stderr: 'problem\n' });
  });

  it('lets scripts open /dev/stdout and /dev/stderr', async () => {
    const { heard, ended } = run('echo out > /dev/stdout; echo err > /dev/stderr');
    expect(await ended).toEqual({ kind: 'exited', code: 0 });
    expect(heard).toMatchObject({ stdout: 'out\n', stderr: 'err\n' });
  });

  it('loses nothing of a large output, though the listener pauses', async () => {
    const { session, heard, ended } = run('head -c 20000000 /dev/zero');
    await until('some came', () => heard.bytes > 0);
    session.pause();
    session.resume();
    expect(await ended).toEqual({ kind: 'exited', code: 0 });
    expect(heard.bytes).toBe(20_000_000);
  });

  it('holds back a command whose listener pauses', async () => {
    const { session, heard, ended } = run('head -c 50000000 /dev/zero; echo done > finished');
    await until('some came', () => heard.bytes > 0);
    session.pause();
    const atPause = heard.bytes;
    await run('true').ended; // the way there and back, and time to write for who is not held
    expect(heard.bytes).toBe(atPause);
    expect(existsSync(join(task.directory, 'finished'))).toBe(false);
    session.resume();
    expect(await ended).toEqual({ kind: 'exited', code: 0 });
    expect(heard.bytes).toBe(50_000_000);
  });

  it('kills the command and its children when closed', async () => {
    const { session, heard } = run('setsid sleep 1001 & echo up; sleep 1002');
    await until('it is up', () => heard.stdout === 'up\n');
    await until('all run', async () => (await host.processes()).length >= 4);
    session.close();
    await until('the task alone is left', async () => (await host.processes()).length === 1);
  });

  it('leaves no name of its pipes behind', async () => {
    await run('true').ended;
    expect(readdirSync(join(host.root, 'run')).filter((name) => name.startsWith('session.'))).toEqual([]);
  });

  it('ends with its container', async () => {
    const { heard, ended } = run('echo up; sleep 1000');
    await until('it is up', () => heard.stdout === 'up\n');
    agent.containerizer.destroy(task.containerId);
    expect(await ended).toEqual({ kind: 'signaled', signal: 9 });
  });

  it('ends, unknown, with the spawner, and leaves the container running', async () => {
    const { heard, ended } = run('echo up; sleep 1000');
    await until('it is up', () => heard.stdout === 'up\n');
    for (const spawner of host.spawners()) process.kill(spawner, 'SIGKILL');
    expect(await ended).toEqual({ kind: 'unknown' });
    await until('the task alone is left', async () => (await host.processes()).length === 1);
    expect(agent.exits.size).toBe(0);
  });

  it('is refused for a container that does not run', async () => {
    const { ended } = run('true', host.container('true'));
    expect(await ended).toEqual({ kind: 'failed', message: 'The container is not running' });
  });

  it('says why a command cannot be executed', async () => {
    const command = { shell: false, value: '/no/such/program' };
    const ended = new Promise((resolve) => {
      openSession(agent.containerizer, { ...task, command }, { output: () => {}, ended: resolve });
    });
    expect(await ended).toEqual({
      kind: 'failed',
      message: "Failed to execute '/no/such/program': No such file or directory",
    });
  });
});
