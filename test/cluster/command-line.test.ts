import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findProcesses, isAlive } from '../../cli/local/processes.js';
import { CommandLine } from '../support/command-line.js';
import { freePort, NODE } from '../support/daemon.js';
import { needRoot } from '../support/root.js';
import { until } from '../support/until.js';

let meseta: CommandLine;
beforeAll(async () => {
  meseta = await CommandLine.create();
  const started = await meseta.up('--first-job');
  if (started.code !== 0) throw new Error(`up failed with ${started.code}: ${started.err}`);
  expect(started.out).toContain('Hello from the first job');
});
afterAll(async () => {
  await meseta?.[Symbol.asyncDispose]();
});

const state = async () => JSON.parse(await readFile(join(meseta.home, 'cluster.json'), 'utf8'));

describe('run', () => {
  it('copies both streams and exits with the code of the task', async () => {
    const ran = await meseta.run('run', 'echo out; echo err >&2; exit 7');
    expect(ran).toMatchObject({ code: 7, out: 'out\n' });
    expect(ran.err).toContain('err\n');
    expect(ran.err).toContain('Command exited with status 7');
  });

  it('exits with 128 + n when signal n ended the task', async () => {
    expect((await meseta.run('run', 'kill -9 $$')).code).toBe(137);
  });

  it('takes an argument list after dashes, whatever it looks like', async () => {
    const ran = await meseta.run('run', '--', '/bin/echo', '--count', '-n', 'a  b');
    expect(ran).toMatchObject({ code: 0, out: '--count -n a  b\n' });
  });

  it('gives the result alone on standard output when asked for data', async () => {
    const ran = await meseta.run('run', '-o', 'json', 'echo hi; exit 3');
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.out)).toMatchObject({ state: 'failed', instances: [{ exitCode: 3 }] });
    expect(ran.err).toContain('hi\n');
  });

  it('puts one on each host, and labels the lines of several tasks', async () => {
    const ran = await meseta.run('run', '--name', 'spread', '--count', '3', '--one-per-host', 'echo $MESETA_HOST');
    expect(ran.code).toBe(0);
    const hosts = ran.out
      .trim()
      .split('\n')
      .map((line) => line.split(' | ')[1]);
    expect(hosts.sort()).toEqual(['127.0.0.11', '127.0.0.12', '127.0.0.13']);
  });

  it('of what fits nowhere stops waiting with 7, and explain says why', async () => {
    const ran = await meseta.run('run', '--name', 'huge', '--cpus', '900', '--timeout', '1secs', 'true');
    expect(ran.code).toBe(7);
    const why = await meseta.run('explain', 'huge.0', '-o', 'json');
    expect(why.code).toBe(7);
    expect(JSON.parse(why.out)).toMatchObject({ agentsSeen: 3, reasons: [{ reason: 'cpus', agents: 3 }] });
    expect(await meseta.run('kill', 'huge.0')).toMatchObject({ code: 0 });
  });

  it('carries environment, files and a script along', async () => {
    const script = join(meseta.home, 'say.sh');
    const uri = join(meseta.home, 'cluster.json');
    await writeFile(script, 'echo "$WHAT $1"; ls cluster.json');
    const ran = await meseta.run('run', '--env', 'WHAT=hello', '--uri', uri, '--script', script, 'world');
    expect(ran).toMatchObject({ code: 0, out: 'hello world\ncluster.json\n' });
  });

  it('starts again what failed, as often as it may', async () => {
    const line = `[ -e ${meseta.home}/once ] && exit 0; touch ${meseta.home}/once; exit 1`;
    const ran = await meseta.run('run', '--name', 'flaky', '--retries', '1', '-o', 'json', line);
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.out).instances).toMatchObject([{ attempt: 2, taskId: 'flaky.0-2', state: 'finished' }]);
  });
});

describe('a job of many instances', () => {
  it('has the code of each, and run exits with that of the first that failed', async () => {
    const line = 'i=$(echo $MESETA_TASK | sed "s/.*[.]//"); [ $i -lt 20 ] || exit $((i % 5 + 3))';
    const size = ['--count', '200', '--cpus', '0.05', '--mem', '1'];
    const ran = await meseta.run('run', '--name', 'many', ...size, '-o', 'json', line);
    expect(ran.code).toBe(3);
    const { counts, instances } = JSON.parse(ran.out);
    expect(counts).toEqual({ finished: 20, failed: 180 });
    const codes = instances.map(({ exitCode }: { exitCode: number }) => exitCode);
    expect(codes).toEqual(Array.from({ length: 200 }, (_, index) => (index < 20 ? 0 : (index % 5) + 3)));
  });
});

describe('an instance that cannot be run', () => {
  it('is given up after a few tries, with what the agent says of its user', async () => {
    needRoot();
    const ran = await meseta.run('run', '--name', 'stranger', '--user', 'nosuchuser', 'date');
    expect(ran.code).toBe(125);
    expect(ran.err).toMatch(/stranger.0-3: failed: .*No such user/);
    expect((await meseta.run('explain', 'stranger')).out).toMatch(/No such user|the job is failed/);
  });

  it('because its time is up says so', async () => {
    const ran = await meseta.run('run', '--name', 'late', '--max-time', '500ms', 'sleep 1000');
    expect(ran.err).toContain('late.0: failed: the longest run time was reached');
  });
});

describe('a task that goes on', () => {
  it('is listed, looked into and killed', async () => {
    expect(await meseta.run('run', '--detach', '--name', 'long', 'echo begun; sleep 1000')).toMatchObject({
      out: 'long\n',
    });
    await until('it to run', async () => (await meseta.run('logs', 'long')).out === 'begun\n');
    expect((await meseta.run('tasks', '-q', '--framework', 'jobs')).out).toBe('long.0\n');
    const shown = JSON.parse((await meseta.run('task', 'show', 'long', '-o', 'json')).out);
    expect(shown).toMatchObject({ task_id: { value: 'long.0' }, state: 'TASK_RUNNING' });

    expect(await meseta.run('exec', 'long', 'cat stdout; exit 9')).toMatchObject({ code: 9, out: 'begun\n' });
    expect(await meseta.run('exec', 'long', '--', 'echo', '-n', 'x')).toMatchObject({ code: 0, out: 'x' });
    expect((await meseta.run('exec', 'long', 'kill -TERM $$')).code).toBe(143);
    expect((await meseta.run('exec', 'nothing', 'true')).code).toBe(125);

    expect(await meseta.run('kill', 'long.0')).toMatchObject({ code: 0, err: expect.stringContaining('TASK_KILLED') });
    expect((await meseta.run('exec', 'long', 'true')).err).toContain('it has ended (TASK_KILLED)');
    expect(await meseta.run('tasks', '-q')).toMatchObject({ code: 0, out: '' });
  });

  it('outlives Ctrl-C of whoever follows it, which says how to go on', async () => {
    const args = [resolve('dist/cli/main.js'), 'run', '--name', 'follow', 'echo begun; sleep 1000'];
    const child = spawn(NODE, args, { env: meseta.env });
    const [out, err] = [collect(child.stdout), collect(child.stderr)];
    await until('its output', () => out() === 'begun\n');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(err()).toContain('it goes on. Follow: meseta logs -f follow');
    expect(await meseta.run('kill', 'follow')).toMatchObject({ code: 0 });
  });

  it('is followed on while the jobs framework and the agents are killed and come back', async () => {
    const line = 'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.5; done; exit 5';
    const following = meseta.run('run', '--name', 'steady', line);
    await until('it to run', async () => (await meseta.run('tasks', '-q')).out.includes('steady'));
    const [jobs = 0] = await meseta.daemons('jobs');
    process.kill(jobs, 'SIGKILL');
    for (const agent of await meseta.daemons('agent')) process.kill(agent, 'SIGKILL');
    expect(await following).toMatchObject({ code: 5, out: '1\n2\n3\n4\n5\n6\n7\n8\n' });
    const [again = 0] = await meseta.daemons('jobs');
    expect(again).not.toBe(jobs);
    expect(await isAlive(again)).toBe(true);
    await until('all to be healthy', async () => (await meseta.run('status')).code === 0);
  });
});

describe('errors', () => {
  it('name the address that was tried and where it came from', async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    const ran = await meseta.run('tasks', '--master', nobody);
    expect(ran.code).toBe(5);
    expect(ran.err).toContain(`Cannot reach the master at ${nobody} (from --master): nothing listens there`);
  });

  it('end quietly when nobody reads on', async () => {
    const child = spawn(NODE, [resolve('dist/cli/main.js'), 'agents', '-o', 'json'], { env: meseta.env });
    child.stdout.destroy();
    const err = collect(child.stderr);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(err()).toBe('');
  });
});

describe('a daemon that the command line becomes', () => {
  it('has its pid and gets its signals', async () => {
    const port = await freePort();
    const args = ['master', '--ip=127.0.0.1', `--port=${port}`, `--work_dir=${meseta.home}/other`];
    const child = spawn(NODE, [resolve('dist/cli/main.js'), ...args], { env: meseta.env, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    await until('it to be healthy', async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok);
    expect(await readFile(`/proc/${child.pid}/cmdline`, 'utf8')).toContain('dist/master/main.js');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('the local cluster', () => {
  it('is found running by a second up', async () => {
    const again = await meseta.up();
    expect(again.code).toBe(0);
    expect(again.err).toContain('running already');
  });

  it('still shows what a job wrote that had ended before its master was killed and came back', async () => {
    expect((await meseta.run('run', '--name', 'kept', '--count', '2', 'echo kept')).code).toBe(0);
    const [master = 0] = await meseta.daemons('master');
    process.kill(master, 'SIGKILL');
    await until('all to be healthy', async () => (await meseta.run('status')).code === 0);
    await until('the agents to be back', async () => (await meseta.run('agents', '-q')).out.split('\n').length > 3);
    expect((await meseta.run('tasks', '--all', '-q')).out).not.toContain('kept');
    expect((await meseta.run('logs', 'kept')).out.split('\n').sort()).toEqual(['', 'kept.0 | kept', 'kept.1 | kept']);
    expect(await meseta.run('logs', 'kept.1')).toMatchObject({ code: 0, out: 'kept\n' });
  });

  it('is taken over by up when its supervisor was killed, and its tasks go on', async () => {
    await meseta.run('run', '--detach', '--name', 'survivor', 'sleep 3; echo survived; exit 4');
    await until('it to run', async () => (await meseta.run('tasks', '-q')).out.includes('survivor'));
    process.kill((await state()).supervisorPid, 'SIGKILL');
    const orphaned = await meseta.run('status');
    expect(orphaned.code).toBe(1);
    expect(orphaned.err).toContain('The supervisor of this cluster has died');
    expect(await meseta.run('up')).toMatchObject({
      code: 0,
      err: expect.stringContaining('starting the cluster again as it was'),
    });
    await until('it to end', async () => (await meseta.run('tasks', '-q')).out === '');
    expect(await meseta.run('logs', 'survivor')).toMatchObject({ out: 'survived\n' });
    const [task] = JSON.parse((await meseta.run('tasks', '--all', '-o', 'json', '--filter', 'id=survivor.0')).out);
    expect(task.statuses.at(-1)).toMatchObject({ state: 'TASK_FAILED', message: 'Command exited with status 4' });
  });

  it('leaves no process behind when it goes down, and comes back with what it had', async () => {
    await meseta.run('run', '--detach', '--name', 'last', 'sleep 1000');
    await until('it to run', async () => (await meseta.run('tasks', '-q')).out.includes('last'));
    expect(await meseta.run('down')).toMatchObject({ code: 0 });
    await until('every process to be gone', async () => (await findProcesses(meseta.home)).length === 0);
    expect((await meseta.run('down')).err).toContain('No local cluster runs');
    expect((await meseta.up()).code).toBe(0);
    expect((await meseta.run('run', 'echo again')).out).toBe('again\n');
  });

  it('ends what is left of it, tasks included, when its supervisor is gone', async () => {
    await meseta.run('run', '--detach', '--name', 'orphan', 'sleep 1000');
    await until('it to run', async () => (await meseta.run('tasks', '-q')).out.includes('orphan'));
    process.kill((await state()).supervisorPid, 'SIGKILL');
    for (const agent of await meseta.daemons('agent')) process.kill(agent, 'SIGKILL');
    expect(await meseta.run('down')).toMatchObject({ code: 0, err: expect.stringContaining('stopped what it left') });
    expect(await findProcesses(meseta.home)).toEqual([]);
  });

  it('names a port that is taken and what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const refused = await meseta.run('up', '--port', `${port}`);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`master wants 127.0.0.1:${port}: something listens there already`);
    expect(refused.err).toContain('meseta up --port N');
  });

  it('is not deleted without a yes', async () => {
    expect(await meseta.run('down', '--wipe')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
  });
});

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (piece) => (text += piece));
  return () => text;
}
