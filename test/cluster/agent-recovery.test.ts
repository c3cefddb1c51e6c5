import { writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/runtime/logger.js';
import { openSqliteStore } from '../../common/store/sqlite-store.js';
import type { StorePair } from '../../common/store/store.js';
import { mesos } from '../../proto/index.js';
import { processesWith } from '../load/pss.js';
import { Daemon, freePort, NODE } from '../support/daemon.js';
import { RealCluster } from '../support/real-cluster.js';
import { TaskDriver } from '../support/task-driver.js';
import { until } from '../support/until.js';

const { TASK_RUNNING, TASK_FINISHED, TASK_FAILED } = mesos.v1.TaskState;
const { REASON_AGENT_RESTARTED } = mesos.v1.TaskStatus.Reason;

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await RealCluster.start({ agents: 0 });
  // Runs an agent on a machine whose boot id is what a file says, so that it can be rebooted.
  writeFileSync(
    join(cluster.folder, 'agent.mjs'),
    `import { runAgent } from ${JSON.stringify(resolve('dist/agent/main.js'))};
     const [bootIdFile, ...argv] = process.argv.slice(2);
     process.exit(await runAgent(argv, process.env, { bootIdFile }));`,
  );
});
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
});

/** A machine of its own, on which one agent after another runs with the same work directory. */
class Machine {
  static #count = 0;
  readonly folder: string;
  readonly ip = `127.0.1.${++Machine.#count}`;
  agent: Daemon | undefined;
  #port = 0;
  #starts = 0;

  constructor() {
    this.folder = join(cluster.folder, `machine-${this.ip}`);
  }

  get workDir(): string {
    return join(this.folder, 'work');
  }

  /** Starts an agent, without waiting for anything. */
  async start(...flags: string[]): Promise<Daemon> {
    await mkdir(this.folder, { recursive: true });
    if (this.#starts === 0) await this.boot('first');
    this.#port ||= await freePort(this.ip);
    const usual = {
      ip: this.ip,
      hostname: this.ip,
      port: String(this.#port),
      work_dir: this.workDir,
      master: cluster.masterAddress,
      resources: 'cpus:4;mem:1024;disk:1024;ports:[31000-32000]',
    };
    const named = Object.entries(usual).filter(([name]) => !flags.some((flag) => flag.startsWith(`--${name}=`)));
    const args = [join(cluster.folder, 'agent.mjs'), join(this.folder, 'boot-id'), ...flags];
    args.push(...named.map(([name, value]) => `--${name}=${value}`));
    this.agent = new Daemon('agent', args, join(this.folder, `${++this.#starts}.log`)).start();
    return this.agent;
  }

  /** Starts an agent that registers. */
  async join(...flags: string[]): Promise<this> {
    const agent = await this.start(...flags);
    await agent.logged('"Registered"');
    return this;
  }

  /** Starts an agent that ends by itself, and tells how and what it printed. */
  async refuse(...flags: string[]): Promise<{ code: number | null; text: string }> {
    const agent = await this.start(...flags);
    const code = await agent.ended();
    return { code, text: await readFile(agent.logFile, 'utf8') };
  }

  async boot(id: string): Promise<void> {
    await writeFile(join(this.folder, 'boot-id'), id);
  }

  /** What the agent has checkpointed; it must not run. `change` may write to it. */
  async records(change?: (pairs: readonly StorePair[]) => StorePair | undefined): Promise<readonly StorePair[]> {
    const store = await openSqliteStore(join(this.workDir, 'meta', 'agent.sqlite'), { log: silentLogger });
    const pairs = await new Promise<readonly StorePair[]>((done, fail) =>
      store.read('', (found) => (found instanceof Error ? fail(found) : done(found))),
    );
    const changed = change?.(pairs);
    if (changed) {
      const [key, value] = changed;
      await new Promise<void>((done) => store.write([{ op: 'put', key, value }], () => done()));
    }
    await store.close();
    return pairs;
  }
}

let machine: Machine;
let driver: TaskDriver | undefined;

afterEach(async () => {
  await driver?.[Symbol.asyncDispose]();
  driver = undefined;
  if (machine?.agent?.running) await machine.agent.stop('SIGUSR1');
});

/** A machine whose agent runs the shell lines, and a framework that hears of them. */
async function running(lines: Readonly<Record<string, string>>, ...flags: string[]): Promise<TaskDriver> {
  machine = await new Machine().join(...flags);
  const framework = new TaskDriver(cluster.masterAddress);
  driver = framework;
  await framework.until('an offer', () => framework.offers.length > 0);
  framework.launch(new Map(Object.entries(lines)));
  await reached(TASK_RUNNING, ...Object.keys(lines));
  return framework;
}

const last = (id: string) => driver?.statuses.findLast(({ taskId }) => taskId.value === id);

async function reached(state: mesos.v1.TaskState, ...ids: string[]): Promise<void> {
  await driver?.until(`${ids} to be ${mesos.v1.TaskState[state]}`, () =>
    ids.every((id) => driver?.statuses.some((status) => status.taskId.value === id && status.state === state)),
  );
}

/** A shell line that tells its pid and goes on until told to end in a file. */
const lingering = (name: string) => {
  const file = join(cluster.folder, name);
  return `echo $$ > ${file}.pid; while [ ! -e ${file}.go ]; do sleep 0.1; done; exit 5`;
};
const pidOf = async (name: string) => Number(await readFile(join(cluster.folder, `${name}.pid`), 'utf8'));

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('an agent that comes back with other resources', () => {
  it('is refused under equal, with the difference and what to do, and taken under additive, its tasks kept', async () => {
    await running({ kept: lingering('kept') });
    await machine.agent?.kill();
    const more = '--resources=cpus:8;mem:1024;disk:1024;ports:[31000-32000]';
    const { code, text } = await machine.refuse(more);
    expect(code).toBe(1);
    expect(text).toMatch(/Cannot recover agent \S+: resources was "cpus:4; .*", is "cpus:8; /);
    expect(text).toMatch(/--reconfiguration_policy=additive, .*--recover=cleanup/);
    expect(text).not.toContain('    at ');
    expect(lives(await pidOf('kept'))).toBe(true);

    await machine.join(more, '--reconfiguration_policy=additive');
    const { getAgents } = await cluster.ask({ type: mesos.v1.master.Call.Type.GET_AGENTS });
    const agent = getAgents?.agents?.find(({ agentInfo }) => agentInfo.hostname === machine.ip);
    expect(agent?.totalResources?.find(({ name }) => name === 'cpus')?.scalar?.value).toBe(8);
    await writeFile(join(cluster.folder, 'kept.go'), '');
    await driver?.ended(['kept']);
    expect(last('kept')).toMatchObject({ state: TASK_FAILED, message: 'Command exited with status 5' });
  });
});

describe('--recover=cleanup', () => {
  it('ends what runs, forgets it and leaves with 0; the next agent is a new one', async () => {
    await running({ doomed: lingering('doomed') });
    await machine.agent?.kill();
    const pid = await pidOf('doomed');
    const before = await machine.records();
    expect(before.map(([key]) => key.split('/')[0])).toContain('task');
    const { code, text } = await machine.refuse('--recover=cleanup');
    expect([code, text.includes('--recover=cleanup')]).toEqual([0, true]);
    await until('the task to be gone', () => !lives(pid));
    expect(await machine.records()).toEqual([]);
    await machine.join();
  });
});

describe('an agent whose host rebooted', () => {
  it('keeps its id and tells its tasks failed', async () => {
    await running({ gone: lingering('gone') });
    const agentId = last('gone')?.agentId?.value;
    await machine.agent?.kill();
    // Nothing survives a boot, and whoever would have recorded the task's end goes first.
    await killProcessesOf(machine.workDir);
    process.kill(-(await pidOf('gone')), 'SIGKILL');
    await machine.boot('second');
    await machine.join();
    await driver?.ended(['gone']);
    expect(last('gone')).toMatchObject({ state: TASK_FAILED, agentId: { value: agentId } });
    const told = driver?.statuses.filter(
      ({ taskId, reason }) => taskId.value === 'gone' && reason === REASON_AGENT_RESTARTED,
    );
    expect(told).toHaveLength(1);
  });
});

describe('a work directory', () => {
  it('serves one agent at a time', async () => {
    machine = await new Machine().join();
    const { agent } = machine;
    const ended = await machine.refuse(`--port=${await freePort(machine.ip)}`);
    machine.agent = agent;
    expect(ended.code).toBe(1);
    expect(ended.text).toContain(`process ${agent?.pid} has it open; stop that one first`);
    expect(agent?.running).toBe(true);
  });

  it('with a damaged record stops a strict agent and costs the other only what is damaged', async () => {
    await running({ whole: lingering('whole'), damaged: lingering('damaged') });
    await machine.agent?.kill();
    await machine.records((pairs) => {
      const key = pairs.map(([name]) => name).find((name) => name.startsWith('task/') && name.endsWith('/damaged'));
      return key === undefined ? undefined : [key, Uint8Array.of(255, 255, 255)];
    });
    const { code, text } = await machine.refuse();
    expect(code).toBe(1);
    expect(text).toMatch(/Cannot recover from the checkpoints: record "task\/\S+\/damaged" cannot be read/);
    expect(text).toMatch(/--no-strict .*--recover=cleanup/);
    expect(lives(await pidOf('damaged'))).toBe(true);

    await machine.join('--no-strict');
    await until('the damaged task to be gone', async () => !lives(await pidOf('damaged')));
    await writeFile(join(cluster.folder, 'whole.go'), '');
    await driver?.ended(['whole']);
    expect(last('whole')?.message).toBe('Command exited with status 5');
  });
});

describe('SIGUSR1', () => {
  it('ends every task, also one that ignores TERM, and the agent with 0, in bounded time', async () => {
    await running({
      stubborn: `trap '' TERM; ${lingering('stubborn')}`,
      meek: lingering('meek'),
    });
    const pids = [await pidOf('stubborn'), await pidOf('meek')];
    const { agent } = machine;
    const startedMs = performance.now();
    process.kill(agent?.pid ?? 0, 'SIGUSR1');
    expect(await agent?.ended()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(20_000); // 5 s of grace and 10 s of patience, and some
    expect(pids.map(lives)).toEqual([false, false]);
    const { getAgents } = await cluster.ask({ type: mesos.v1.master.Call.Type.GET_AGENTS });
    expect(getAgents?.agents?.filter(({ agentInfo, active }) => active && agentInfo.hostname === machine.ip)).toEqual(
      [],
    );
    await driver?.ended(['stubborn', 'meek']);
    expect(await machine.records()).toEqual([]); // the next one is a new agent
  });
});

/** An executor of the SDK, and one that knows only the HTTP API: each ends its task when told in a file. */
const SDK_EXECUTOR = (folder: string) => `
import { createExecutor } from ${JSON.stringify(resolve('dist/executor-sdk/index.js'))};
import { existsSync, writeFileSync } from 'node:fs';
createExecutor((executor) => ({
  launch: ({ taskId: { value } }) => {
    writeFileSync('${folder}/' + value + '.pid', String(process.pid));
    executor.update(value, 1);
    const timer = setInterval(() => {
      if (!existsSync('${folder}/' + value + '.go')) return;
      clearInterval(timer);
      executor.update(value, 2, { message: 'done' });
      executor.finish();
    }, 50);
  },
  shutdown: () => executor.finish(),
}));`;

const HTTP_EXECUTOR = (folder: string) => `
import { existsSync, writeFileSync } from 'node:fs';
const { MESOS_AGENT_ENDPOINT, MESOS_FRAMEWORK_ID, MESOS_EXECUTOR_ID } = process.env;
const ids = { framework_id: { value: MESOS_FRAMEWORK_ID }, executor_id: { value: MESOS_EXECUTOR_ID } };
const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
const post = (call) => fetch('http://' + MESOS_AGENT_ENDPOINT + '/api/v1/executor', { method: 'POST', headers, body: JSON.stringify({ ...ids, ...call }) });
const unacknowledged = new Map();
const tasks = new Map();
const update = (task_id, state, message) => {
  const uuid = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const told = { status: { task_id, state, message, source: 'SOURCE_EXECUTOR', uuid } };
  unacknowledged.set(uuid, told);
  post({ type: 'UPDATE', update: told }).catch(() => {});
};
const heard = (event) => {
  if (event.type === 'ACKNOWLEDGED') {
    const { uuid, task_id } = event.acknowledged;
    if (unacknowledged.get(uuid)?.status.state === 'TASK_FINISHED') process.exit(0);
    unacknowledged.delete(uuid);
    tasks.delete(task_id.value);
  }
  if (event.type === 'SHUTDOWN') process.exit(0);
  if (event.type !== 'LAUNCH') return;
  const { task } = event.launch;
  tasks.set(task.task_id.value, task);
  writeFileSync('${folder}/' + task.task_id.value + '.pid', String(process.pid));
  update(task.task_id, 'TASK_RUNNING');
  const timer = setInterval(() => {
    if (!existsSync('${folder}/' + task.task_id.value + '.go')) return;
    clearInterval(timer);
    update(task.task_id, 'TASK_FINISHED', 'done');
  }, 50);
};
for (;;) {
  try {
    const subscribe = { unacknowledged_updates: [...unacknowledged.values()], unacknowledged_tasks: [...tasks.values()] };
    const stream = await post({ type: 'SUBSCRIBE', subscribe });
    if (!stream.ok) throw new Error(String(stream.status));
    let text = '';
    for await (const chunk of stream.body) {
      text += Buffer.from(chunk).toString();
      for (let at; (at = text.indexOf('\\n')) > 0 && text.length > at + Number(text.slice(0, at)); ) {
        const end = at + 1 + Number(text.slice(0, at));
        heard(JSON.parse(text.slice(at + 1, end)));
        text = text.slice(end);
      }
    }
  } catch {}
  await new Promise((resolve) => setTimeout(resolve, 100));
}`;

describe.each([
  ['of the SDK', SDK_EXECUTOR],
  ['that knows only the HTTP API', HTTP_EXECUTOR],
])('an executor %s', (kind, source) => {
  it('survives the SIGKILL of its agent, and its task ends as it says', async () => {
    machine = await new Machine().join('--executor_reregistration_timeout=10secs');
    const framework = new TaskDriver(cluster.masterAddress);
    driver = framework;
    await framework.until('an offer', () => framework.offers.length > 0);
    const id = kind.replaceAll(' ', '-');
    const program = join(cluster.folder, `${id}.mjs`);
    await writeFile(program, source(cluster.folder));
    const executor = {
      type: mesos.v1.ExecutorInfo.Type.CUSTOM,
      executorId: { value: 'e' },
      frameworkId: { value: framework.client.frameworkId ?? '' },
      command: { value: `exec ${NODE} ${program}` },
    };
    framework.launch(new Map([[id, '']]), 0.1, 32, { executor });
    await reached(TASK_RUNNING, id);
    const pid = await pidOf(id);
    await machine.agent?.kill();
    await machine.join('--executor_reregistration_timeout=10secs');
    await until('the executor to be back', async () =>
      (await readFile(machine.agent?.logFile ?? '', 'utf8')).includes('"Executor subscribed"'),
    );
    await writeFile(join(cluster.folder, `${id}.go`), '');
    await framework.ended([id]);
    expect(last(id)).toMatchObject({ state: TASK_FINISHED, message: 'done' });
    await until('the executor to be gone', () => !lives(pid));
  });
});

/** Ends the agent's spawner, as a reboot would. */
async function killProcessesOf(workDir: string): Promise<void> {
  for (const pid of (await processesWith(workDir)).keys()) process.kill(pid, 'SIGKILL');
  await until('they are gone', async () => (await processesWith(workDir)).size === 0);
}
