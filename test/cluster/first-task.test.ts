import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/runtime/logger.js';
import * as codec from '../../proto/codec/index.js';
import { type AgentCall, type AgentResponse, decode, encode } from '../../proto/codec/index.js';
import { type ContainerID, mesos, type TaskStatus } from '../../proto/index.js';
import { buildTask, createScheduler, match, type Scheduler, shellCommand } from '../../scheduler-sdk/index.js';
import { RealCluster } from '../support/real-cluster.js';
import { until } from '../support/until.js';

const { TaskState } = mesos.v1;

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await RealCluster.start();
});
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
});

/** A framework that runs one shell line on the first offer and keeps what it hears of it. */
class OneTask implements AsyncDisposable {
  readonly statuses: TaskStatus[] = [];
  #scheduler: Scheduler | undefined;

  static async run(id: string, line: string): Promise<OneTask> {
    const one = new OneTask();
    one.#scheduler = await createScheduler(
      { name: id, master: cluster.masterAddress, log: silentLogger },
      (client) => ({
        offers: (offers) => {
          const wanted = client.tasks.has(id) ? [] : [{ id, needs: { cpus: 0.5, mem: 64 } }];
          const { placements, unused } = match(wanted, offers);
          for (const { offers: used, launches } of placements) {
            client.launch(
              used,
              launches.map((launch) => buildTask(launch, { command: shellCommand(line) })),
            );
          }
          client.decline(unused);
        },
        status: (status) => void one.statuses.push(status),
      }),
    );
    return one;
  }

  get states(): string[] {
    return this.statuses.map(({ state }) => TaskState[state] ?? String(state));
  }

  async reached(state: string): Promise<TaskStatus> {
    return await until(`the task to reach ${state}, so far ${this.states}`, () =>
      this.statuses.find((status) => TaskState[status.state] === state),
    );
  }

  get frameworkId(): string {
    return this.#scheduler?.client.frameworkId ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scheduler?.stop({ teardown: true });
  }
}

/** `host:port` of the only agent, as the master tells it. */
async function agentAddress(): Promise<string> {
  const { getAgents } = await cluster.ask({ type: mesos.v1.master.Call.Type.GET_AGENTS });
  const info = getAgents?.agents?.[0]?.agentInfo;
  return `${info?.hostname}:${info?.port}`;
}

async function post(call: AgentCall, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(`http://${await agentAddress()}/api/v1`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-protobuf', Accept: 'application/x-protobuf', ...headers },
    body: Buffer.from(encode(codec.AgentCall, call)),
  });
}

async function askAgent(call: AgentCall): Promise<AgentResponse> {
  const answer = await post(call);
  if (!answer.ok) throw new Error(`the agent answered ${answer.status}: ${await answer.text()}`);
  return decode(codec.AgentResponse, new Uint8Array(await answer.arrayBuffer()));
}

const { Type } = mesos.v1.agent.Call;

async function readFile(path: string): Promise<string> {
  const { readFile: piece } = await askAgent({ type: Type.READ_FILE, readFile: { path, offset: 0 } });
  return Buffer.from(piece?.data ?? []).toString();
}

describe('a cluster of one master and one agent', () => {
  it('runs a command, reports its states in order, and serves what it printed', async () => {
    await using task = await OneTask.run('greeting', 'echo hello from the sandbox');
    await task.reached('TASK_FINISHED');
    expect(task.states).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED']);
    const virtual = `/frameworks/${task.frameworkId}/executors/greeting/runs/latest`;
    expect(await readFile(`${virtual}/stdout`)).toBe('hello from the sandbox\n');
    const { listFiles } = await askAgent({ type: Type.LIST_FILES, listFiles: { path: virtual } });
    expect(listFiles?.fileInfos?.map(({ path }) => path)).toEqual([`${virtual}/stderr`, `${virtual}/stdout`]);
  });

  it('tells the exit code of a command that fails', async () => {
    await using task = await OneTask.run('failing', 'exit 7');
    const failed = await task.reached('TASK_FAILED');
    expect(failed).toMatchObject({ message: 'Command exited with status 7' });
  });

  it('shows the task to operators while it runs', async () => {
    await using task = await OneTask.run('visible', 'sleep 60');
    await task.reached('TASK_RUNNING');
    const { getTasks } = await cluster.ask({ type: mesos.v1.master.Call.Type.GET_TASKS });
    expect(getTasks?.tasks?.map(({ taskId, state }) => [taskId.value, state])).toContainEqual([
      'visible',
      TaskState.TASK_RUNNING,
    ]);
    const state = (await (await fetch(`http://${cluster.masterAddress}/master/state/`)).json()) as {
      frameworks: { name: string; tasks: { id: string; state: string }[] }[];
    };
    const shown = state.frameworks.find(({ name }) => name === 'visible');
    expect(shown?.tasks).toMatchObject([{ id: 'visible', state: 'TASK_RUNNING', executor_id: '', role: '*' }]);
    const onAgent = await askAgent({ type: Type.GET_TASKS });
    expect(onAgent.getTasks?.launchedTasks?.map(({ taskId }) => taskId.value)).toContain('visible');
    const agentState = (await (await fetch(`http://${await agentAddress()}/slave(1)/state`)).json()) as {
      frameworks: { executors: { id: string; tasks: { id: string; state: string }[] }[] }[];
    };
    expect(agentState.frameworks.flatMap(({ executors }) => executors)).toMatchObject([
      { id: 'visible', queued_tasks: [], tasks: [{ id: 'visible', state: 'TASK_RUNNING' }] },
    ]);
  });

  it('runs a command beside the task, streams its output and tells how it ended', async () => {
    await using task = await OneTask.run('host', 'sleep 60');
    const running = await task.reached('TASK_RUNNING');
    const parent = running.containerStatus?.containerId;
    if (parent == null) throw new Error('a running task has a container');
    const containerId: ContainerID = { value: 'session-1', parent };
    const stream = await post(
      {
        type: Type.LAUNCH_NESTED_CONTAINER_SESSION,
        launchNestedContainerSession: { containerId, command: { value: 'echo $MESOS_TASK_ID; echo oops >&2; exit 3' } },
      },
      { Accept: 'application/recordio', 'Message-Accept': 'application/json' },
    );
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toBe('application/recordio');
    expect(stream.headers.get('message-content-type')).toBe('application/json');
    const records = new codec.RecordDecoder().push(Buffer.from(await stream.arrayBuffer())).map(String);
    expect(records.toSorted()).toEqual([
      `{"type":"DATA","data":{"type":"STDERR","data":"${Buffer.from('oops\n').toString('base64')}"}}`,
      `{"type":"DATA","data":{"type":"STDOUT","data":"${Buffer.from('host\n').toString('base64')}"}}`,
    ]);
    const { waitNestedContainer } = await askAgent({
      type: Type.WAIT_NESTED_CONTAINER,
      waitNestedContainer: { containerId },
    });
    expect(waitNestedContainer?.exitStatus).toBe(3 << 8);
  });

  it('refuses a session beside a container that does not exist', async () => {
    const refused = await post({
      type: Type.LAUNCH_NESTED_CONTAINER_SESSION,
      launchNestedContainerSession: {
        containerId: { value: 'x', parent: { value: 'ghost' } },
        command: { value: 'true' },
      },
    });
    expect([refused.status, await refused.text()]).toEqual([400, 'Parent container ghost does not exist']);
  });

  it.each([
    ['/etc/passwd'],
    ['/frameworks/../../../../../etc/passwd'],
    ['/frameworks/f/executors/e/runs/../../../../../../../etc/passwd'],
    ['/frameworks/f/executors/e/runs/latest/\u0000'],
  ])('gives away no file outside the sandboxes: %j', async (path) => {
    const refused = await post({ type: Type.READ_FILE, readFile: { path, offset: 0 } });
    expect([refused.status, await refused.text()]).toEqual([404, '']);
  });
});
