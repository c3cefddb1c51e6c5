import { describe, expect, it } from 'vitest';
import { agentId, frameworkId, taskId } from '../../../common/ids.js';
import { parseResources } from '../../../common/resources/parse.js';
import { mesos, type Task } from '../../../proto/index.js';
import { MasterRig } from '../../../test/support/master-rig.js';
import type { ScriptedAgent } from '../../../test/support/scripted-agent.js';
import { commandTask, frameworkInfo, type ScriptedScheduler } from '../../../test/support/scripted-scheduler.js';
import { agentPid } from '../../api/agent-view.js';

const State = mesos.v1.TaskState;
const Reason = mesos.v1.TaskStatus.Reason;
const { KILL, RECONCILE, TEARDOWN } = mesos.v1.scheduler.Call.Type;
const PINGS_MS = 75_000;

function running(capabilities: Parameters<typeof frameworkInfo>[1][] = [], more = {}) {
  const rig = new MasterRig();
  const agent = rig.registeredAgent('127.0.0.1');
  const scheduler = rig.scheduler().subscribe(frameworkInfo(more, ...capabilities));
  scheduler.launch(scheduler.takeOffers(), commandTask('long', agent.id));
  agent.update(scheduler.id, 'long', State.TASK_RUNNING);
  scheduler.acknowledge(scheduler.takeStatus());
  return { rig, agent, scheduler };
}

function reported(agent: ScriptedAgent, scheduler: ScriptedScheduler, id: string, state = State.TASK_RUNNING): Task {
  const { resources } = commandTask(id, agent.id);
  const allocated = (resources ?? []).map((resource) => ({ ...resource, allocationInfo: { role: '*' } }));
  const containerStatus = { containerId: { value: `container of ${id}` } };
  const statuses = [{ taskId: { value: id }, state, containerStatus }];
  return {
    name: id,
    taskId: { value: id },
    frameworkId: { value: scheduler.id },
    agentId: { value: agent.id },
    state,
    resources: allocated,
    statuses,
  };
}

const infoOf = (scheduler: ScriptedScheduler) => frameworkInfo({ id: { value: scheduler.id } });

describe('registration', () => {
  it('offers an agent only once its admission is durable', () => {
    const rig = new MasterRig();
    const scheduler = rig.scheduler().subscribe();
    rig.registeredAgent();
    expect(scheduler.takeOffers()).toHaveLength(1);
    rig.failover();
    expect(rig.master.agents.recovered.size).toBe(1);
  });

  it('shows the address that the agent gives where its host name is a name', () => {
    const rig = new MasterRig();
    const agent = rig.agent('node1.example');
    agent.ip = '10.0.0.7';
    agent.register(parseResources('cpus:1;mem:64').toWire());
    const address = () => rig.scheduler().subscribe().takeOffers()[0]?.url?.address;
    expect(address()).toEqual({ hostname: 'node1.example', ip: '10.0.0.7', port: 5051 });
    const [row] = rig.master.agents.registered.values();
    expect(row && agentPid(row)).toBe('slave(1)@10.0.0.7:5051');
    agent.hangUp();
    agent.ip = '10.0.0.8';
    agent.reregister();
    expect(row && agentPid(row)).toBe('slave(1)@10.0.0.8:5051');
  });

  it('refuses an agent whose address is none', () => {
    const rig = new MasterRig();
    const agent = rig.agent('node1.example');
    agent.ip = 'node1';
    expect(() => agent.register([])).toThrow("Agent has ip 'node1', an IP address is wanted");
    expect(agent.closed).toBe(true);
  });

  it('removes a disconnected agent of the same host and port whose work directory was wiped', () => {
    const { rig, agent, scheduler } = running();
    agent.hangUp();
    const next = rig.registeredAgent('127.0.0.1');
    expect(next.id).not.toBe(agent.id);
    expect(scheduler.takeStatus()).toMatchObject({
      state: State.TASK_LOST,
      reason: Reason.REASON_AGENT_REMOVED,
      message: 'Agent 127.0.0.1 removed: a new agent registered at the same address',
    });
    expect([...rig.master.agents.registered.keys()]).toEqual([next.id]);
  });

  it('refuses an agent that was marked gone', () => {
    const { rig, agent, scheduler } = running(['PARTITION_AWARE']);
    let gone = false;
    rig.master.markAgentGone(agentId(agent.id), () => {
      gone = true;
    });
    rig.settle();
    expect(gone).toBe(true);
    expect(agent.take('shutdownAgent').message).toBe('Agent has been marked gone');
    expect(scheduler.takeStatus()).toMatchObject({
      state: State.TASK_GONE_BY_OPERATOR,
      reason: Reason.REASON_AGENT_REMOVED_BY_OPERATOR,
    });
    rig.failover();
    agent.reregister();
    expect(agent.take('refused').message).toBe('Agent has been marked gone');
  });

  it('sends away one that returns while it is being marked gone, and marks no agent twice', () => {
    let flushMs = 0;
    const rig = new MasterRig({}, { flushMs: () => flushMs });
    const agent = rig.registeredAgent('127.0.0.1');
    rig.failover();
    flushMs = 50;
    let marked = 0;
    const mark = () => rig.master.markAgentGone(agentId(agent.id), () => marked++);
    expect([mark(), mark()]).toEqual([true, true]);
    agent.reregister();
    expect(rig.master.agents.registered.size).toBe(1); // the registry has it as it is: nothing to wait for
    rig.clock.advance(200);
    expect(marked).toBe(2);
    expect(agent.take('shutdownAgent').message).toBe('Agent has been marked gone');
    expect(rig.master.agents.registered.size).toBe(0);
    expect(rig.master.agents.standingOf(agentId(agent.id))).toBe('gone');
  });
});

describe('an agent that does not answer', () => {
  it.each([
    ['TASK_UNREACHABLE with PARTITION_AWARE', ['PARTITION_AWARE'] as const, State.TASK_UNREACHABLE],
    ['TASK_LOST without', [] as const, State.TASK_LOST],
  ])('is unreachable after five pings: %s', (_name, capabilities, state) => {
    const { rig, agent, scheduler } = running([...capabilities]);
    agent.answers = false;
    rig.clock.advance(PINGS_MS - 1_000);
    expect(scheduler.events.filter(({ update }) => update)).toEqual([]);
    rig.clock.advance(16_000);
    const status = scheduler.takeStatus();
    expect(status).toMatchObject({
      state,
      message: 'health check timed out',
      reason: Reason.REASON_AGENT_REMOVED,
      taskId: { value: 'long' },
    });
    expect(status.unreachableTime?.nanoseconds).toBeGreaterThan(0);
    expect(status.executorId ?? undefined).toBeUndefined();
    expect(scheduler.take('failure').agentId?.value).toBe(agent.id);
    expect(agent.closed).toBe(true);
  });

  it('is told apart in reconciliation by its id', () => {
    const { rig, agent, scheduler } = running(['PARTITION_AWARE']);
    agent.answers = false;
    rig.clock.advance(PINGS_MS + 15_000);
    scheduler.events = [];
    const ask = (agentId?: { value: string }) => {
      const tasks = [{ taskId: { value: 'long' }, ...(agentId && { agentId }) }];
      scheduler.call({ type: RECONCILE, reconcile: { tasks } });
      return scheduler.takeStatus();
    };
    expect(ask()).toMatchObject({ state: State.TASK_UNKNOWN, message: 'Reconciliation: Task is unknown' });
    expect(ask({ value: agent.id })).toMatchObject({
      state: State.TASK_UNREACHABLE,
      message: 'Reconciliation: Task is unreachable',
    });
  });

  it('has its tasks re-adopted when it returns, with the recorded words', () => {
    const { rig, agent, scheduler } = running(['PARTITION_AWARE']);
    agent.answers = false;
    rig.clock.advance(PINGS_MS + 15_000);
    scheduler.events = [];
    agent.answers = true;
    const tasks = [reported(agent, scheduler, 'short', State.TASK_FAILED), reported(agent, scheduler, 'long')];
    agent.reregister({ frameworks: [infoOf(scheduler)], tasks });
    expect(agent.take('reregistered').agentId.value).toBe(agent.id);
    const failed = scheduler.takeStatus();
    expect(failed).toMatchObject({ state: State.TASK_FAILED, message: 'Unreachable agent re-reregistered' });
    expect(scheduler.takeStatus()).toMatchObject({
      state: State.TASK_RUNNING,
      message: 'Unreachable agent re-reregistered',
      reason: Reason.REASON_AGENT_REREGISTERED,
      containerStatus: { containerId: { value: 'container of long' } },
    });
    const framework = rig.master.frameworks.live.get(frameworkId(scheduler.id));
    expect([...(framework?.tasks.keys() ?? [])]).toEqual(['short', 'long']);
    expect(framework?.unreachableTasks.size).toBe(0);
    // Updates that the agent had under way come in their own order, whatever the master said meanwhile.
    agent.update(scheduler.id, 'short', State.TASK_RUNNING);
    expect(scheduler.takeStatus().state).toBe(State.TASK_RUNNING);
    agent.update(scheduler.id, 'short', State.TASK_FAILED);
    scheduler.acknowledge(scheduler.takeStatus());
    expect([...(framework?.tasks.keys() ?? [])]).toEqual(['long']);
    const [offer] = scheduler.takeOffers();
    expect(offer?.resources?.find(({ name }) => name === 'cpus')?.scalar?.value).toBe(3.9);
  });
});

describe('a broken link', () => {
  it('loses the tasks of a framework that does not checkpoint at once', () => {
    const { rig, agent, scheduler } = running([], { checkpoint: false });
    const offers = scheduler.takeOffers();
    agent.hangUp();
    expect(scheduler.take('rescind').offerId).toEqual(offers[0]?.id);
    expect(scheduler.takeStatus()).toMatchObject({
      state: State.TASK_LOST,
      message: 'Agent 127.0.0.1 disconnected',
      reason: Reason.REASON_AGENT_DISCONNECTED,
    });
    expect(rig.master.agents.registered.size).toBe(1);
  });

  it('keeps the tasks of others, drops launches that did not arrive and repeats kills', () => {
    const { agent, scheduler } = running(['PARTITION_AWARE']);
    scheduler.launch(scheduler.takeOffers(), commandTask('never-arrived', agent.id));
    agent.hangUp();
    scheduler.call({ type: KILL, kill: { taskId: { value: 'long' } } });
    agent.reregister({ frameworks: [infoOf(scheduler)], tasks: [reported(agent, scheduler, 'long')] });
    expect(scheduler.takeStatus()).toMatchObject({
      taskId: { value: 'never-arrived' },
      state: State.TASK_DROPPED,
      reason: Reason.REASON_RECONCILIATION,
      message: 'Reconciliation: Task is unknown to the agent',
    });
    expect(agent.take('killTask').taskId.value).toBe('long');
    const offer = scheduler.takeOffers().at(-1);
    expect(offer?.resources?.find(({ name }) => name === 'cpus')?.scalar?.value).toBe(3.9);
  });

  it('of an older link does not touch the agent that is back on a newer one', () => {
    const { rig, agent, scheduler } = running();
    agent.reregister({ frameworks: [infoOf(scheduler)], tasks: [reported(agent, scheduler, 'long')] });
    rig.clock.advance(1_000);
    expect(rig.master.agents.registered.get(agentId(agent.id))?.connection.kind).toBe('connected');
  });

  it('ends in unreachable when it lasts', () => {
    const { rig, agent } = running();
    agent.hangUp();
    rig.clock.advance(PINGS_MS + 15_000);
    expect(rig.master.agents.unreachable.has(agentId(agent.id))).toBe(true);
  });
});

describe('a failover of the master', () => {
  it('rebuilds frameworks and tasks from the agents and says nothing of them meanwhile', () => {
    const { rig, agent, scheduler } = running(['PARTITION_AWARE']);
    rig.failover();
    const next = rig.scheduler().subscribe(frameworkInfo({ id: { value: scheduler.id } }, 'PARTITION_AWARE'));
    next.call({ type: RECONCILE, reconcile: { tasks: [{ taskId: { value: 'long' } }] } });
    expect(next.events.filter(({ update }) => update)).toEqual([]);
    agent.reregister({ frameworks: [infoOf(scheduler)], tasks: [reported(agent, scheduler, 'long')] });
    next.call({ type: RECONCILE, reconcile: { tasks: [] } });
    expect(next.takeStatus()).toMatchObject({
      state: State.TASK_RUNNING,
      message: 'Reconciliation: Latest task state',
      reason: Reason.REASON_RECONCILIATION,
    });
  });

  it('recovers a framework from what the agent says of it', () => {
    const { rig, agent } = running();
    const stranger = { id: 'lost-record' } as ScriptedScheduler;
    rig.failover();
    agent.reregister({ frameworks: [infoOf(stranger)], tasks: [reported(agent, stranger, 'task')] });
    const framework = rig.master.frameworks.live.get(frameworkId('lost-record'));
    expect(framework?.connection.kind).toBe('recovered');
    expect(framework?.tasks.has(taskId('task'))).toBe(true);
  });

  it('shuts down on a late agent what was torn down meanwhile', () => {
    const { rig, agent, scheduler } = running();
    agent.hangUp();
    scheduler.call({ type: TEARDOWN });
    rig.failover();
    agent.reregister({ frameworks: [infoOf(scheduler)], tasks: [reported(agent, scheduler, 'long')] });
    expect(agent.take('shutdownFramework').frameworkId.value).toBe(scheduler.id);
    agent.update(scheduler.id, 'long', State.TASK_KILLED);
    expect(agent.take('acknowledge').taskId.value).toBe('long');
  });

  it('marks agents unreachable that do not return in ten minutes', () => {
    const { rig, agent } = running();
    rig.failover();
    rig.clock.advance(600_000 - 1);
    expect(rig.master.agents.recovered.size).toBe(1);
    rig.clock.advance(1);
    expect(rig.master.agents.unreachable.has(agentId(agent.id))).toBe(true);
  });
});

describe('a task id that runs on two agents', () => {
  it('keeps the one that the master knew first, kills the other and passes nothing of it on', () => {
    const { rig, agent, scheduler } = running();
    const twin = rig.registeredAgent('127.0.0.2');
    twin.hangUp();
    twin.reregister({ frameworks: [infoOf(scheduler)], tasks: [reported(twin, scheduler, 'long')] });
    expect(twin.take('killTask').taskId.value).toBe('long');
    twin.update(scheduler.id, 'long', State.TASK_KILLED);
    expect(twin.take('acknowledge').taskId.value).toBe('long');
    expect(() => scheduler.takeStatus()).toThrow();
    const framework = rig.master.frameworks.live.get(frameworkId(scheduler.id));
    expect(framework?.tasks.get(taskId('long'))?.agentId).toBe(agent.id);
  });
});

describe('an agent that unregisters', () => {
  it('is removed with what was on it', () => {
    const { rig, agent, scheduler } = running();
    agent.send({ unregister: {} });
    expect(scheduler.takeStatus().message).toBe('Agent 127.0.0.1 removed: the agent unregistered');
    expect(rig.master.agents.registered.size).toBe(0);
    rig.failover();
    expect(rig.master.agents.recovered.size).toBe(0);
  });
});

describe('status updates', () => {
  it('free resources at their end, acknowledged or not, and pass acknowledgements down', () => {
    const { agent, scheduler } = running();
    scheduler.decline(scheduler.takeOffers(), 0);
    scheduler.takeOffers();
    agent.update(scheduler.id, 'long', State.TASK_FINISHED);
    const status = scheduler.takeStatus();
    expect(scheduler.takeOffers()[0]?.resources?.find(({ name }) => name === 'cpus')?.scalar?.value).toBe(0.1);
    agent.messages = [];
    scheduler.acknowledge(status);
    expect(agent.take('acknowledge')).toMatchObject({ taskId: { value: 'long' }, uuid: status.uuid });
  });

  it('sent twice are forwarded twice', () => {
    const { agent, scheduler } = running();
    for (let times = 0; times < 2; times++) agent.update(scheduler.id, 'long', State.TASK_FINISHED);
    expect(scheduler.takeStatus().uuid).toEqual(scheduler.takeStatus().uuid);
  });

  it('out of order are acknowledged by the master and go no further', () => {
    const { agent, scheduler } = running();
    agent.update(scheduler.id, 'long', State.TASK_FINISHED);
    scheduler.takeStatus();
    agent.messages = [];
    agent.update(scheduler.id, 'long', State.TASK_RUNNING);
    expect(() => scheduler.takeStatus()).toThrow();
    expect(agent.take('acknowledge').taskId.value).toBe('long');
  });
});

describe('KILL and RECONCILE', () => {
  it('of a task nobody knows are answered as recorded', () => {
    const { agent, scheduler } = running();
    scheduler.call({ type: KILL, kill: { taskId: { value: 'never-was' } } });
    expect(scheduler.takeStatus()).toMatchObject({
      state: State.TASK_LOST,
      message: 'Reconciliation: Task is unknown',
      reason: Reason.REASON_RECONCILIATION,
    });
    const tasks = [{ taskId: { value: 'ghost' }, agentId: { value: agent.id } }];
    scheduler.call({ type: RECONCILE, reconcile: { tasks } });
    expect(scheduler.takeStatus().message).toBe('Reconciliation: Task is unknown to the agent');
  });
});
