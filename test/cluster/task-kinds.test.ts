import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mesos, type TaskInfo, type TaskStatus } from '../../proto/index.js';
import { shellCommand } from '../../scheduler-sdk/index.js';
import { freePort } from '../support/daemon.js';
import { RealCluster } from '../support/real-cluster.js';
import { TaskDriver } from '../support/task-driver.js';
import { until } from '../support/until.js';

const { TaskState } = mesos.v1;
const { Reason } = mesos.v1.TaskStatus;

let cluster: RealCluster;
let driver: TaskDriver;
beforeAll(async () => {
  cluster = await RealCluster.start();
  driver = new TaskDriver(cluster.masterAddress);
});
afterAll(async () => {
  await driver?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

let id: string;
let folder: string;
beforeEach(async () => {
  id = `task-${randomUUID()}`;
  folder = await mkdtemp(join(tmpdir(), 'meseta-kinds-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function start(line: string, body: Partial<TaskInfo> = {}): Promise<void> {
  await driver.until('an offer', () => driver.offers.length > 0);
  driver.launch(new Map([[id, line]]), 0.1, 16, body);
}

const seen = (taskId = id): TaskStatus[] => driver.statuses.filter((status) => status.taskId.value === taskId);
const states = (taskId = id) => seen(taskId).map(({ state }) => TaskState[state]);

async function ended(taskId = id): Promise<TaskStatus> {
  await driver.until(`${taskId} to end`, () => seen(taskId).some(({ state }) => isTerminal(state)));
  return seen(taskId).at(-1) as TaskStatus;
}

function isTerminal(state: number): boolean {
  return [TaskState.TASK_FINISHED, TaskState.TASK_FAILED, TaskState.TASK_KILLED, TaskState.TASK_ERROR].some(
    (each) => each === state,
  );
}

describe('a kill', () => {
  it('lets a task that heeds TERM say goodbye', async () => {
    await start(`trap 'echo bye > ${folder}/bye; exit 0' TERM; while :; do sleep 0.05; done`);
    await driver.until('it to run', () => states().includes('TASK_RUNNING'));
    driver.client.kill(id);
    expect(TaskState[(await ended()).state]).toMatch(/TASK_KILLED|TASK_FINISHED/);
    expect(await readFile(join(folder, 'bye'), 'utf8')).toBe('bye\n');
    expect(states()).toContain('TASK_KILLING');
  });

  it('kills a task that ignores TERM once its grace period is over, with its children', async () => {
    await start(`trap '' TERM; sleep 3600 & echo $! > ${folder}/child; while :; do sleep 0.05; done`, {
      killPolicy: { gracePeriod: { nanoseconds: 3e8 } },
    });
    const child = Number(await until('the child', async () => (await readFile(join(folder, 'child'), 'utf8')).trim()));
    driver.client.kill(id);
    expect(await ended()).toMatchObject({
      state: TaskState.TASK_KILLED,
      message: 'Command terminated with signal Killed',
    });
    await until('the child to be gone', () => !isAlive(child));
  });
});

describe('a task', () => {
  it('is stopped when it runs longer than it may', async () => {
    await start('exec sleep 3600', { maxCompletionTime: { nanoseconds: 5e8 } });
    expect(await ended()).toMatchObject({
      state: TaskState.TASK_FAILED,
      reason: Reason.REASON_MAX_COMPLETION_TIME_REACHED,
    });
  });

  it('that cannot be found fails with an honest message', async () => {
    await driver.until('an offer', () => driver.offers.length > 0);
    driver.launch(
      new Map([[id, '']]),
      0.1,
      16,
      {},
      { shell: false, value: '/no/such/program', arguments: ['program'] },
    );
    const status = await ended();
    expect(status.state).toBe(TaskState.TASK_FAILED);
    expect(status.message).toContain('/no/such/program');
  });

  it('leaves nothing of its process group behind when its first process ends', async () => {
    await start(`sleep 3600 & echo $! > ${folder}/child; exit 0`);
    expect(await ended()).toMatchObject({ state: TaskState.TASK_FINISHED });
    const child = Number((await readFile(join(folder, 'child'), 'utf8')).trim());
    await until('the child to be gone', () => !isAlive(child));
  });
});

describe('a health check', () => {
  const quick = {
    delaySeconds: 0,
    intervalSeconds: 0.1,
    timeoutSeconds: 5,
    gracePeriodSeconds: 0,
    consecutiveFailures: 2,
  };

  it('by command kills the task after so many failures in a row', async () => {
    await start('exec sleep 3600', {
      healthCheck: { ...quick, type: mesos.v1.HealthCheck.Type.COMMAND, command: shellCommand('false') },
    });
    expect(await ended()).toMatchObject({ state: TaskState.TASK_KILLED, healthy: false });
    const unhealthy = seen().filter(({ reason }) => reason === Reason.REASON_TASK_HEALTH_CHECK_STATUS_UPDATED);
    expect(unhealthy.length).toBeGreaterThanOrEqual(2);
  });

  it('by HTTP tells that the task is healthy, and that it no longer is', async () => {
    const answer = { status: 200 };
    const server = createServer((_request, response) => response.writeHead(answer.status).end());
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '0.0.0.0', resolve));
    try {
      await start('exec sleep 3600', {
        healthCheck: { ...quick, type: mesos.v1.HealthCheck.Type.HTTP, http: { port, path: '/health' } },
      });
      await driver.until('it to be healthy', () => seen().some(({ healthy }) => healthy === true));
      answer.status = 500;
      expect(await ended()).toMatchObject({ state: TaskState.TASK_KILLED, healthy: false });
    } finally {
      server.close();
    }
  });

  it('by TCP kills a task whose port nobody listens on', async () => {
    await start('exec sleep 3600', {
      healthCheck: { ...quick, type: mesos.v1.HealthCheck.Type.TCP, tcp: { port: await freePort() } },
    });
    expect(await ended()).toMatchObject({ state: TaskState.TASK_KILLED, healthy: false });
  });
});

describe('a check', () => {
  it('reports what it found and leaves the task alone', async () => {
    await start('sleep 1.5', {
      check: {
        type: mesos.v1.CheckInfo.Type.COMMAND,
        command: { command: shellCommand('exit 7') },
        delaySeconds: 0,
        intervalSeconds: 0.1,
      },
    });
    await ended();
    expect(seen().map(({ checkStatus }) => checkStatus?.command?.exitCode)).toContain(7);
    expect(states().at(-1)).toBe('TASK_FINISHED');
  });
});

describe('a task group', () => {
  const tasks = (lines: Readonly<Record<string, string>>) => driver.launchGroup(id, lines);

  it('runs its tasks side by side, each in a folder of its own', async () => {
    await driver.until('an offer', () => driver.offers.length > 0);
    tasks({ [`${id}-a`]: `pwd > ${folder}/a`, [`${id}-b`]: `pwd > ${folder}/b` });
    expect(await ended(`${id}-a`)).toMatchObject({ state: TaskState.TASK_FINISHED });
    expect(await ended(`${id}-b`)).toMatchObject({ state: TaskState.TASK_FINISHED });
    expect((await readFile(join(folder, 'a'), 'utf8')).trim()).toMatch(new RegExp(`/tasks/${id}-a$`));
    expect((await readFile(join(folder, 'b'), 'utf8')).trim()).toMatch(new RegExp(`/tasks/${id}-b$`));
  });

  it('ends as a whole when one of them fails', async () => {
    await driver.until('an offer', () => driver.offers.length > 0);
    tasks({ [`${id}-a`]: 'sleep 0.3; exit 4', [`${id}-b`]: 'exec sleep 3600' });
    expect(await ended(`${id}-a`)).toMatchObject({
      state: TaskState.TASK_FAILED,
      message: 'Command exited with status 4',
    });
    expect(await ended(`${id}-b`)).toMatchObject({ state: TaskState.TASK_KILLED });
  });

  it('is killed as a whole when one of them is', async () => {
    await driver.until('an offer', () => driver.offers.length > 0);
    tasks({ [`${id}-a`]: 'exec sleep 3600', [`${id}-b`]: 'exec sleep 3600' });
    await driver.until('both to run', () =>
      [`${id}-a`, `${id}-b`].every((each) => states(each).includes('TASK_RUNNING')),
    );
    driver.client.kill(`${id}-a`);
    expect(await ended(`${id}-a`)).toMatchObject({ state: TaskState.TASK_KILLED });
    expect(await ended(`${id}-b`)).toMatchObject({ state: TaskState.TASK_KILLED });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
