import { describe, expect, it } from 'vitest';
import { mesos, type OfferOperation, type TaskInfo } from '../../../proto/index.js';
import { MasterRig } from '../../../test/support/master-rig.js';
import {
  commandTask,
  frameworkInfo,
  type ScriptedScheduler,
  scalar,
} from '../../../test/support/scripted-scheduler.js';

const { TASK_DROPPED, TASK_ERROR, TASK_LOST, TASK_STAGING } = mesos.v1.TaskState;
const { REASON_INVALID_OFFERS, REASON_TASK_GROUP_INVALID, REASON_TASK_INVALID } = mesos.v1.TaskStatus.Reason;
const { LAUNCH, LAUNCH_GROUP, RESERVE } = mesos.v1.Offer.Operation.Type;

function cluster(...capabilities: Parameters<typeof frameworkInfo>[1][]) {
  const rig = new MasterRig();
  const agent = rig.registeredAgent();
  const scheduler = rig.scheduler().subscribe(frameworkInfo({}, ...capabilities));
  return { rig, agent, scheduler };
}

describe('ACCEPT with LAUNCH', () => {
  it('sends the task to its agent and offers what is left at once', () => {
    const { rig, agent, scheduler } = cluster();
    scheduler.launch(scheduler.takeOffers(), commandTask('t1', agent.id));
    const { task, framework, executor } = agent.take('runTask');
    expect(task.taskId.value).toBe('t1');
    expect(framework.id?.value).toBe(scheduler.id);
    expect(executor ?? undefined).toBeUndefined();
    expect(task.resources?.[0]?.allocationInfo?.role).toBe('*');
    const [offer] = scheduler.takeOffers();
    expect(offer?.resources?.find(({ name }) => name === 'cpus')?.scalar?.value).toBe(3.9);
    expect(rig.master.agents.registered.size).toBe(1);
    expect([...rig.master.frameworks.live.values()][0]?.tasks.get('t1' as never)?.task.state).toBe(TASK_STAGING);
  });

  it.each<[name: string, more: Partial<TaskInfo>, message: string]>([
    [
      'too big',
      { resources: [scalar('cpus', 10_000), scalar('mem', 32)] },
      'Total resources cpus(allocated: *):10000; mem(allocated: *):32 required by task and its executor is more than available ports(allocated: *):[31000-32000]; cpus(allocated: *):4; mem(allocated: *):4096; disk(allocated: *):8192',
    ],
    ['no resources', { resources: [] }, 'Task uses no resources'],
    ['wrong agent', { agentId: { value: 'nope' } }, 'Task uses invalid agent nope while agent AGENT is expected'],
    ['bad id', { taskId: { value: 'a/b' } }, "'a/b' contains invalid characters"],
    [
      'executor and command',
      { executor: { executorId: { value: 'e' }, command: { value: 'true' } } },
      'Task should have at least one (but not both) of CommandInfo or ExecutorInfo present',
    ],
    [
      'neither',
      { command: null },
      'Task should have at least one (but not both) of CommandInfo or ExecutorInfo present',
    ],
    [
      'negative',
      { resources: [scalar('cpus', -1), scalar('mem', 32)] },
      "Resource 'cpus(allocated: *):-1' is invalid: Invalid scalar resource: value <= 0",
    ],
  ])('answers a task that is wrong (%s) as the original does', (_name, more, message) => {
    const { agent, scheduler } = cluster();
    scheduler.launch(scheduler.takeOffers(), commandTask('bad', agent.id, more));
    const status = scheduler.takeStatus();
    expect(status).toMatchObject({ state: TASK_ERROR, reason: REASON_TASK_INVALID, source: 0 });
    expect(status.message).toBe(message.replace('AGENT', agent.id));
    expect(status.uuid ?? undefined).toBeUndefined();
    expect(() => agent.take('runTask')).toThrow();
  });

  it('lists every reason against a task', () => {
    const { agent, scheduler } = cluster();
    const wrong = commandTask('..', agent.id, { killPolicy: { gracePeriod: { nanoseconds: -1 } } });
    scheduler.launch(scheduler.takeOffers(), wrong);
    const { message } = scheduler.takeStatus();
    expect(message).toBe("'..' is disallowed; Task's 'kill_policy.grace_period' must be non-negative");
  });

  it('refuses a second task of the same id', () => {
    const { agent, scheduler } = cluster();
    const offers = scheduler.takeOffers();
    scheduler.launch(offers, commandTask('twin', agent.id), commandTask('twin', agent.id));
    expect(scheduler.takeStatus().message).toBe('Task has duplicate ID: twin');
  });

  it.each([
    ['TASK_DROPPED with PARTITION_AWARE', ['PARTITION_AWARE'] as const, TASK_DROPPED],
    ['TASK_LOST without', [] as const, TASK_LOST],
  ])('answers a stale offer with %s', (_name, capabilities, state) => {
    const { agent, scheduler } = cluster(...capabilities);
    const offers = scheduler.takeOffers();
    scheduler.decline(offers, 0.1);
    scheduler.launch(offers, commandTask('stale', agent.id));
    expect(scheduler.takeStatus()).toMatchObject({
      state,
      reason: REASON_INVALID_OFFERS,
      message: `Task launched with invalid offers: Offer ${offers[0]?.id.value} is no longer valid`,
    });
  });

  it('refuses an executor whose id runs with another info', () => {
    const { agent, scheduler } = cluster();
    const executor = { executorId: { value: 'e' }, resources: [scalar('cpus', 0.1)] };
    const withCommand = (value: string) => ({ command: null, executor: { ...executor, command: { value } } });
    scheduler.launch(scheduler.takeOffers(), commandTask('one', agent.id, withCommand('run')));
    expect(agent.take('runTask').executor?.frameworkId?.value).toBe(scheduler.id);
    scheduler.launch(scheduler.takeOffers(), commandTask('two', agent.id, withCommand('other')));
    expect(scheduler.takeStatus().message).toMatch(/^ExecutorInfo is not compatible with existing ExecutorInfo/);
    const [offer] = scheduler.takeOffers();
    expect(offer?.executorIds).toEqual([{ value: 'e' }]);
  });
});

describe('ACCEPT with LAUNCH_GROUP', () => {
  const group = (scheduler: ScriptedScheduler, agentId: string, executorDisk: boolean): OfferOperation => {
    const resources = [scalar('cpus', 0.1), scalar('mem', 32), ...(executorDisk ? [scalar('disk', 32)] : [])];
    const executor = { type: 1, executorId: { value: 'grp0' }, frameworkId: { value: scheduler.id }, resources };
    const tasks = [commandTask('a', agentId), commandTask('b', agentId)];
    return { type: LAUNCH_GROUP, launchGroup: { executor, taskGroup: { tasks } } };
  };

  it('sends all tasks in one message', () => {
    const { agent, scheduler } = cluster();
    scheduler.accept(scheduler.takeOffers(), [group(scheduler, agent.id, true)]);
    const { taskGroup, executor } = agent.take('runTaskGroup');
    expect(taskGroup.tasks?.map(({ taskId }) => taskId.value)).toEqual(['a', 'b']);
    expect(executor.executorId.value).toBe('grp0');
  });

  it('refuses all tasks when the executor has no disk', () => {
    const { agent, scheduler } = cluster();
    scheduler.accept(scheduler.takeOffers(), [group(scheduler, agent.id, false)]);
    for (const id of ['a', 'b']) {
      expect(scheduler.takeStatus()).toMatchObject({
        taskId: { value: id },
        state: TASK_ERROR,
        reason: REASON_TASK_GROUP_INVALID,
        message: "Executor 'grp0' uses no disk",
      });
    }
  });
});

describe('ACCEPT', () => {
  it('joins several offers of one agent', () => {
    const { agent, scheduler } = cluster();
    const first = scheduler.takeOffers();
    scheduler.launch(first, commandTask('t1', agent.id));
    const rest = scheduler.takeOffers();
    agent.update(scheduler.id, 't1', mesos.v1.TaskState.TASK_FINISHED);
    const freed = scheduler.takeOffers();
    expect(freed).toHaveLength(1);
    const whole = commandTask('whole', agent.id, { resources: [scalar('cpus', 4), scalar('mem', 4096)] });
    scheduler.launch([...rest, ...freed], whole);
    expect(agent.messages.filter(({ runTask }) => runTask).map(({ runTask }) => runTask?.task.name)).toContain('whole');
  });

  it('answers an operation it cannot carry out when it has an id, and carries out the others', () => {
    const { agent, scheduler } = cluster();
    const launch = { type: LAUNCH, launch: { taskInfos: [commandTask('t1', agent.id)] } };
    const reserve = { type: RESERVE, id: { value: 'op' }, reserve: { resources: [] } };
    scheduler.accept(scheduler.takeOffers(), [reserve, launch]);
    const { status } = scheduler.take('updateOperationStatus');
    expect(status).toMatchObject({ operationId: { value: 'op' }, state: mesos.v1.OperationState.OPERATION_ERROR });
    expect(agent.take('runTask').task.name).toBe('t1');
  });
});
