import { describe, expect, it } from 'vitest';
import type { Link } from '../common/link.js';
import { uuidBytes } from '../common/runtime/random.js';
import { type ExecutorCall, type ExecutorEvent, mesos, type TaskInfo, type TaskStatus } from '../proto/index.js';
import { AgentRig, commandTask, FRAMEWORK } from '../test/support/agent-rig.js';

const { Type: CallType } = mesos.v1.executor.Call;
const { Type: EventType } = mesos.v1.executor.Event;
const { TaskState } = mesos.v1;
const { SOURCE_EXECUTOR } = mesos.v1.TaskStatus.Source;
const Reason = mesos.v1.TaskStatus.Reason;

const executor = {
  executorId: { value: 'custom' },
  type: mesos.v1.ExecutorInfo.Type.CUSTOM,
  command: { value: 'sleep 100000', environment: { variables: [{ name: 'MINE', value: 'yes' }] } },
};
const task = (id: string): TaskInfo => commandTask(id, '', { executor, command: null });
const who = { frameworkId: { value: 'F' }, executorId: { value: 'custom' } };

/** An executor program, as the agent sees it. */
class Program {
  readonly events: ExecutorEvent[] = [];
  closed = false;
  readonly link: Link<ExecutorEvent> = {
    send: (event) => {
      if (!this.closed) this.events.push(event);
    },
    close: () => {
      this.closed = true;
    },
  };
  readonly rig: AgentRig;

  constructor(rig: AgentRig) {
    this.rig = rig;
  }

  subscribe(more: ExecutorCall['subscribe'] = {}, token?: string) {
    return this.rig.agent.executorSubscribe(
      { ...who, type: CallType.SUBSCRIBE, subscribe: more ?? {} },
      this.link,
      token,
    );
  }

  update(id: string, state: mesos.v1.TaskState, more: Partial<TaskStatus> = {}) {
    const uuid = uuidBytes(this.rig.random.uuid());
    const status = { taskId: { value: id }, state, source: SOURCE_EXECUTOR, uuid, ...more };
    return this.rig.agent.executorCall({ ...who, type: CallType.UPDATE, update: { status } });
  }

  get types(): string[] {
    return this.events.map(({ type }) => EventType[type ?? 0] ?? '');
  }
}

function started(settings = {}): { rig: AgentRig; program: Program; containerId: string } {
  const rig = new AgentRig(settings).start();
  rig.run(task('t'));
  rig.clock.advance(1_000);
  return { rig, program: new Program(rig), containerId: rig.host.running[0] ?? '' };
}

describe('a custom executor', () => {
  it('is started with the environment that programs of the original rely on', () => {
    const { rig, containerId } = started();
    const { directory, environment } = rig.host.specOf(containerId) ?? {};
    expect(environment).toEqual({
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      MINE: 'yes',
      LIBPROCESS_IP: '127.0.0.1',
      LIBPROCESS_PORT: '0',
      MESOS_AGENT_ENDPOINT: '127.0.0.1:5051',
      MESOS_CHECKPOINT: '1',
      MESOS_DIRECTORY: directory,
      MESOS_EXECUTOR_ID: 'custom',
      MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '5secs',
      MESOS_FRAMEWORK_ID: 'F',
      MESOS_HTTP_COMMAND_EXECUTOR: '0',
      MESOS_SANDBOX: directory,
      MESOS_SLAVE_ID: 'S0',
      MESOS_SLAVE_PID: 'slave(1)@127.0.0.1:5051',
      MESOS_RECOVERY_TIMEOUT: '15mins',
      MESOS_SUBSCRIPTION_BACKOFF_MAX: '2secs',
    });
  });

  it('subscribes, gets its task, reports, and is told to end', () => {
    const { rig, program, containerId } = started();
    expect(program.subscribe()).toEqual({ kind: 'accepted' });
    expect(program.types).toEqual(['SUBSCRIBED', 'LAUNCH']);
    expect(program.events[0]?.subscribed).toMatchObject({
      executorInfo: { executorId: { value: 'custom' } },
      agentInfo: { id: { value: 'S0' } },
      containerId: { value: containerId },
    });
    expect(program.update('t', TaskState.TASK_RUNNING, { message: 'hello', data: Uint8Array.of(1) })).toEqual({
      kind: 'accepted',
    });
    rig.clock.advance(10);
    expect(program.types).toEqual(['SUBSCRIBED', 'LAUNCH', 'ACKNOWLEDGED']);
    expect(rig.master.lastOf('t')).toMatchObject({
      message: 'hello',
      data: Uint8Array.of(1),
      agentId: { value: 'S0' },
      containerStatus: { executorPid: 1000, containerId: { value: containerId } },
    });
    rig.master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: 't' } } });
    rig.master.say({ frameworkMessage: { ...who, data: Uint8Array.of(7) } });
    rig.clock.advance(10);
    expect(program.types.slice(3).sort()).toEqual(['KILL', 'MESSAGE']);
    program.update('t', TaskState.TASK_KILLED);
    rig.master.say({ shutdownExecutor: who });
    rig.clock.advance(100);
    expect(program.types.slice(5).sort()).toEqual(['ACKNOWLEDGED', 'SHUTDOWN']);
    rig.host.end(containerId, { kind: 'exited', code: 0 });
    rig.clock.advance(10);
    expect(rig.master.heard.at(-1)?.executorExited).toMatchObject({ ...who, status: 0 });
    expect(rig.master.statesOf('t')).toEqual(['RUNNING', 'KILLED']);
    expect(rig.agent.frameworks.size).toBe(0);
  });

  it('is destroyed when it does not end within its grace period', () => {
    const { rig, program } = started();
    program.subscribe();
    rig.master.say({ shutdownExecutor: who });
    rig.clock.advance(4_900);
    expect(rig.host.running).toHaveLength(1);
    rig.clock.advance(200);
    expect(rig.host.running).toHaveLength(0);
  });

  it('that exits takes its tasks along: the raw wait status first, then their failure', () => {
    const { rig, program, containerId } = started();
    program.subscribe();
    rig.host.end(containerId, { kind: 'exited', code: 9 });
    rig.clock.advance(10);
    const told = rig.master.heard.slice(-2);
    expect(told[0]?.executorExited?.status).toBe(2304);
    expect(told[1]?.update?.status).toMatchObject({
      state: TaskState.TASK_FAILED,
      message: 'Executor terminated',
      reason: Reason.REASON_EXECUTOR_TERMINATED,
    });
  });

  it('that never subscribes is given up after a minute', () => {
    const { rig } = started();
    rig.clock.advance(61_000);
    expect(rig.master.lastOf('t')).toMatchObject({
      state: TaskState.TASK_FAILED,
      message: 'Executor did not register within 1mins',
      reason: Reason.REASON_EXECUTOR_REGISTRATION_TIMEOUT,
    });
    expect(rig.host.running).toEqual([]);
  });

  it('hears a heartbeat every 30 s', () => {
    const { rig, program } = started();
    program.subscribe();
    rig.clock.advance(91_000);
    expect(program.types.filter((type) => type === 'HEARTBEAT')).toHaveLength(3);
  });

  it('survives the agent, repeats what was not acknowledged, and loses nothing', () => {
    const { rig, program } = started();
    program.subscribe();
    const uuid = uuidBytes(rig.random.uuid());
    program.update('t', TaskState.TASK_RUNNING, { uuid });
    rig.kill(); // before the update is on disk
    rig.restart({ executorReregistrationTimeoutMs: 60_000 });
    const again = new Program(rig);
    const status = { taskId: { value: 't' }, state: TaskState.TASK_RUNNING, source: SOURCE_EXECUTOR, uuid };
    again.subscribe({ unacknowledgedUpdates: [{ status }], unacknowledgedTasks: [task('t')] });
    rig.clock.advance(1_000);
    expect(again.types).toEqual(['SUBSCRIBED', 'ACKNOWLEDGED']);
    expect(rig.master.statesOf('t')).toEqual(['RUNNING']);
    expect(rig.host.starts.size).toBe(1);
  });

  it('that does not come back after a restart is given up', () => {
    const { rig, program } = started();
    program.subscribe();
    program.update('t', TaskState.TASK_RUNNING);
    rig.clock.advance(100);
    rig.kill();
    rig.restart();
    rig.clock.advance(1_000);
    expect(rig.master.lastOf('t')).toMatchObject({
      message: 'Executor did not reregister within 2secs',
      reason: Reason.REASON_EXECUTOR_REREGISTRATION_TIMEOUT,
    });
    expect(rig.host.running).toEqual([]);
  });

  it('gets a group whole, and no kill for one that is ended before it subscribes', () => {
    const rig = new AgentRig().start();
    const taskGroup = { tasks: [task('a'), task('b')] };
    rig.master.say({ runTaskGroup: { framework: FRAMEWORK, executor, taskGroup } });
    rig.clock.advance(1_000);
    const program = new Program(rig);
    program.subscribe();
    expect(program.events[1]?.launchGroup?.taskGroup.tasks).toHaveLength(2);
  });

  it('is not kept when its only task is killed before it subscribes', () => {
    const { rig } = started();
    rig.master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: 't' } } });
    rig.clock.advance(1_000);
    expect(rig.master.lastOf('t')?.reason).toBe(Reason.REASON_TASK_KILLED_DURING_LAUNCH);
    expect(rig.host.running).toEqual([]);
    expect(rig.agent.frameworks.size).toBe(0);
  });
});

describe('an agent killed at any moment', () => {
  it.each(Array.from({ length: 50 }, (_, at) => at))(
    '(after %d events) delivers a task once, and tells its end',
    (steps) => {
      const rig = new AgentRig({ executorReregistrationTimeoutMs: 60_000 }, undefined, steps).start();
      const received: string[] = [];
      let told = false;
      let program = new Program(rig);
      // The program subscribes whenever it runs and is not subscribed, and finishes each task it gets half a second later.
      const live = () => {
        rig.clock.after(1, live);
        const [containerId] = rig.host.running;
        if (containerId === undefined) return;
        if (program.closed || program.events.length === 0) {
          const fresh = new Program(rig);
          const unacknowledgedTasks = received.map(task);
          if (fresh.subscribe({ unacknowledgedTasks }).kind === 'accepted') program = fresh;
        }
        for (const { launch, acknowledged } of program.events.splice(1)) {
          if (acknowledged) told = true;
          if (!launch) continue;
          const id = launch.task.taskId.value;
          received.push(id);
          const uuid = uuidBytes(rig.random.uuid());
          const finish = () => {
            if (told) return; // otherwise the update may not have reached the disk
            if (!program.closed) program.update(id, TaskState.TASK_FINISHED, { uuid });
            rig.clock.after(10, finish);
          };
          rig.clock.after(20, finish);
        }
      };
      live();
      rig.run(task('t'));
      for (let step = 0; step < steps; step++) rig.clock.step();
      rig.kill();
      program.closed = true;
      rig.restart();
      rig.clock.advance(120_000);
      expect(received.length).toBeLessThanOrEqual(1);
      for (const count of rig.host.starts.values()) expect(count).toBe(1);
      const states = rig.master.statesOf('t');
      if (states.length === 0) expect(received).toEqual([]);
      else expect(states).toEqual([received.length === 1 ? 'FINISHED' : 'LOST']);
    },
  );
});

describe('executor calls', () => {
  const malformed = (call: Partial<ExecutorCall>, rig: AgentRig) => rig.agent.executorCall({ ...who, ...call });

  it.each<[string, Partial<ExecutorCall>, number, string]>([
    ['without a type', {}, 400, "Failed to validate executor::Call: Expecting 'type' to be present"],
    [
      'UPDATE without update',
      { type: CallType.UPDATE },
      400,
      "Failed to validate executor::Call: Expecting 'update' to be present",
    ],
    [
      'of an unknown framework',
      { type: CallType.HEARTBEAT, frameworkId: { value: 'X' } },
      400,
      'Framework cannot be found',
    ],
    [
      'of an unknown executor',
      { type: CallType.HEARTBEAT, executorId: { value: 'X' } },
      400,
      'Executor cannot be found',
    ],
    ['before SUBSCRIBE', { type: CallType.HEARTBEAT }, 403, 'Executor is not subscribed'],
  ])('%s are refused', (_, call, status, message) => {
    const { rig } = started();
    expect(malformed(call, rig)).toEqual({ kind: 'refused', status, message });
  });

  it('with updates of foreign tasks, without uuid or of states that are not theirs are refused', () => {
    const { program } = started();
    program.subscribe();
    expect(program.update('x', TaskState.TASK_RUNNING)).toMatchObject({ kind: 'refused', status: 400 });
    expect(program.update('t', TaskState.TASK_RUNNING, { uuid: null })).toMatchObject({ kind: 'refused' });
    expect(program.update('t', TaskState.TASK_STAGING)).toMatchObject({ kind: 'refused' });
    expect(program.update('t', TaskState.TASK_UNREACHABLE)).toMatchObject({ kind: 'refused' });
  });

  it('with an update that is repeated or comes after the end are acknowledged, and forwarded no more', () => {
    const { rig, program } = started();
    program.subscribe();
    const uuid = uuidBytes(rig.random.uuid());
    program.update('t', TaskState.TASK_RUNNING, { uuid });
    program.update('t', TaskState.TASK_RUNNING, { uuid });
    program.update('t', TaskState.TASK_FINISHED);
    program.update('t', TaskState.TASK_FAILED);
    rig.clock.advance(1_000);
    program.update('t', TaskState.TASK_FAILED);
    expect(program.types.filter((type) => type === 'ACKNOWLEDGED')).toHaveLength(5);
    expect(rig.master.statesOf('t')).toEqual(['RUNNING', 'FINISHED']);
  });

  it('need the token that the executor was started with, when executors are authenticated', () => {
    const { rig, program, containerId } = started({ authenticateExecutors: true });
    const token = rig.host.specOf(containerId)?.environment['MESOS_EXECUTOR_AUTHENTICATION_TOKEN'];
    expect(program.subscribe({})).toMatchObject({ kind: 'refused', status: 401 });
    expect(program.subscribe({}, `${token}x`)).toMatchObject({ kind: 'refused', status: 401 });
    expect(program.subscribe({}, token)).toEqual({ kind: 'accepted' });
  });

  it('are answered 503 before recovery is over', () => {
    const rig = new AgentRig();
    expect(new Program(rig).subscribe()).toEqual({
      kind: 'refused',
      status: 503,
      message: 'Agent has not finished recovery',
    });
  });
});
