import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../common/runtime/random.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { FailingStore } from '../../common/store/failing-store.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import { mesos, type Offer, type TaskInfo } from '../../proto/index.js';
import { offer, type ScriptedMaster, type ScriptedMasterOptions, scriptedMaster } from '../testing/index.js';
import type { SchedulerHandler, TaskUpdate } from './handler.js';
import { type SchedulerOptions, SDK_CAPABILITIES } from './options.js';
import { SchedulerClient } from './scheduler-client.js';

const { TaskState } = mesos.v1;

function task(id: string, from?: Offer): TaskInfo {
  return { name: id, taskId: { value: id }, agentId: from?.agentId ?? { value: 'S1' }, command: { value: 'true' } };
}

/** A client against a scripted master; `log` holds what the handler was told, in a word each. */
function start(
  handler: SchedulerHandler = {},
  options: Partial<SchedulerOptions> = {},
  on: ScriptedMasterOptions = {},
) {
  const master = scriptedMaster(on);
  const client = new SchedulerClient(master.ports, { name: 'test', user: 'nobody', ...options }, handler);
  client.start();
  return { master, client };
}

/** A client that has subscribed and launched one task, which its master has not reported on yet. */
function startWithTask(handler: SchedulerHandler = {}, options: Partial<SchedulerOptions> = {}) {
  const { master, client } = start(handler, options);
  master.subscribe();
  const info = launch(master, client, 't1');
  return { master, client, info };
}

function launch(master: ScriptedMaster, client: SchedulerClient, id: string): TaskInfo {
  const from = offer();
  master.send.offers(from);
  const open = master.next(); // without a taker the offer is declined
  if (open && open.type !== mesos.v1.scheduler.Call.Type.DECLINE) throw new Error('unexpected call');
  const info = task(id, from);
  client.launch([from], [info]);
  expect(master.expect.launch()).toHaveLength(1);
  return info;
}

describe('SchedulerClient subscribing', () => {
  it('presents itself with what it can do and a week to come back', () => {
    const { master } = start({}, { roles: ['web'], suppressedRoles: ['web'] });
    const { frameworkInfo, suppressedRoles } = master.expect.subscribe();
    expect(frameworkInfo).toMatchObject({ name: 'test', user: 'nobody', roles: ['web'], checkpoint: true });
    expect(frameworkInfo.failoverTimeout).toBe(7 * 24 * 3600);
    expect(frameworkInfo.capabilities?.map(({ type }) => type)).toEqual([...SDK_CAPABILITIES]);
    expect(suppressedRoles).toEqual(['web']);
  });

  it('has chosen its id, and has it on disk, before a master hears of it', () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(clock, { flushMs: () => 50 });
    const { master } = start({}, {}, { store, clock });
    master.advance(99);
    expect(master.dialed).toBe(0);
    master.advance(1);
    const chosen = master.expect.subscribe().frameworkInfo.id?.value;
    expect(chosen).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    // Killed before it heard of its subscription: the next one comes back as the same framework, not beside it.
    const firsts: boolean[] = [];
    const next = start({ subscribed: ({ first }) => firsts.push(first) }, {}, { store: store.crash(), clock });
    next.master.advance(50);
    expect(next.master.subscribe().frameworkInfo.id?.value).toBe(chosen);
    next.master.advance(50);
    expect(firsts).toEqual([true]);
  });

  it('gives up when it cannot write its id, and no master has heard of it', () => {
    const clock = new VirtualClock();
    const store = new FailingStore(new MemoryStore(clock), { failAt: 1 });
    const failures: string[] = [];
    const { master } = start({ failed: (kind) => failures.push(kind) }, {}, { store, clock });
    master.advance(60_000);
    expect([failures, master.dialed]).toEqual([['store'], 0]);
  });

  it('has its subscription on disk before it tells anyone of offers', () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(clock, { flushMs: () => 50 });
    const seen: string[] = [];
    const handler: SchedulerHandler = {
      subscribed: ({ frameworkId, first }) => seen.push(`subscribed ${frameworkId} ${first}`),
      offers: () => seen.push('offers'),
    };
    const { master } = start(handler, {}, { store, clock });
    master.advance(100);
    master.subscribe();
    master.send.offers(offer());
    master.advance(49);
    expect(seen).toEqual([]);
    master.advance(1);
    expect(seen).toEqual([`subscribed ${master.frameworkId} true`, 'offers']);
  });

  it('comes back under its old id after a restart', () => {
    const { master, client } = start();
    const { id } = master.subscribe().frameworkInfo;
    client.stop();
    const firsts: boolean[] = [];
    const handler: SchedulerHandler = { subscribed: ({ first }) => firsts.push(first) };
    const again = start(handler, {}, { store: master.store, clock: master.clock });
    expect(again.master.subscribe().frameworkInfo.id).toEqual(id);
    expect(firsts).toEqual([false]);
  });

  it('dials again when SUBSCRIBE is not answered', () => {
    const { master } = start({}, { subscribeTimeoutMs: 5_000 });
    master.expect.subscribe();
    master.advance(4_999);
    expect(master.connected).toBe(true);
    master.advance(1);
    expect(master.connected).toBe(false);
    master.advance(2_000);
    master.expect.subscribe();
  });

  it('dials again after three heartbeats of silence, and not while it hears any', () => {
    const reasons: string[] = [];
    const { master } = start({ disconnected: (reason) => reasons.push(reason) });
    master.subscribe();
    for (let beat = 0; beat < 4; beat++) {
      master.advance(40_000);
      master.send.heartbeat();
    }
    master.advance(44_999);
    expect(reasons).toEqual([]);
    master.advance(1);
    expect(reasons).toEqual(['nothing heard for 45 s']);
    master.advance(2_000);
    master.expect.subscribe();
  });

  it('waits longer and longer between attempts, 15 s at most', () => {
    const { master } = start();
    const gapsMs: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      master.expect.subscribe();
      const fromMs = master.clock.nowMs();
      master.disconnect();
      const dialed = master.dialed;
      while (master.dialed === dialed) master.clock.step();
      gapsMs.push(master.clock.nowMs() - fromMs);
    }
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(15_100);
    expect(Math.max(...gapsMs.slice(0, 2))).toBeLessThanOrEqual(2_100);
    expect(Math.max(...gapsMs)).toBeGreaterThan(5_000);
  });

  it('tries again when the master is not ready yet', () => {
    const { master, client } = start();
    master.expect.subscribe();
    master.send.refused('SUBSCRIBE', 503, 'Leader is recovering');
    expect(client.state).toBe('seeking');
    master.advance(2_000);
    master.subscribe();
    expect(client.state).toBe('subscribed');
  });
});

describe('SchedulerClient giving up', () => {
  it.each([
    ['Framework failed over', 'failed-over'],
    ['Framework has been removed', 'removed'],
    ["Roles 'x y' are invalid", 'refused'],
  ])('does not come back after "%s"', (message, kind) => {
    const failures: string[] = [];
    const { master, client } = start({ failed: (failure) => failures.push(failure) });
    master.expect.subscribe();
    master.send.error(message);
    master.advance(60_000);
    expect(failures).toEqual([kind]);
    expect(client.state).toBe('failed');
    expect(master.dialed).toBe(1);
  });

  it('does not come back after a refusal that would be repeated', () => {
    const failures: string[] = [];
    const { master } = start({ failed: (_, error) => failures.push(error.message) });
    master.expect.subscribe();
    master.send.refused('SUBSCRIBE', 401, 'Unauthorized');
    expect(failures).toEqual(['Cannot subscribe: the master answers 401 "Unauthorized"']);
  });

  it('says nothing to the master once its store has failed', () => {
    const clock = new VirtualClock();
    const store = new FailingStore(new MemoryStore(clock), { failAt: 3 });
    const failures: string[] = [];
    const { master, client } = start({ failed: (kind) => failures.push(kind) }, {}, { store, clock });
    master.subscribe();
    client.launch([offer()], [task('t1')]);
    master.expect.nothing();
    expect(failures).toEqual(['store']);
    expect(master.connected).toBe(false);
  });

  it('names all that is wrong with its options', () => {
    const wrong = () => start({}, { name: '', roles: [], heartbeatsMissed: 0 });
    expect(wrong).toThrow(/name is empty.*roles is empty.*heartbeatsMissed is 0/);
  });
});

describe('SchedulerClient launching', () => {
  it('has the task on disk before the ACCEPT leaves', () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(clock, { flushMs: () => 50 });
    const { master, client } = start({}, {}, { store, clock });
    master.advance(100);
    master.subscribe();
    master.advance(50);
    client.launch([offer()], [task('t1')]);
    master.advance(49);
    master.expect.nothing();
    master.advance(1);
    expect(master.expect.launch()).toHaveLength(1);
  });

  it('reports a task as dropped when the connection broke before the ACCEPT left', () => {
    const states: string[] = [];
    const update = ({ status, confirm }: TaskUpdate) => {
      states.push(TaskState[status.state]);
      confirm();
    };
    const { master, client } = start({ update });
    master.subscribe();
    client.launch([offer()], [task('t1')]);
    master.disconnect();
    expect(states).toEqual(['TASK_DROPPED']);
    master.advance(2_000);
    master.subscribe();
    master.expect.nothing();
  });

  it('refuses an id that is in use', () => {
    const { client } = startWithTask();
    expect(() => client.launch([offer()], [task('t1')])).toThrow('Cannot launch t1: the id is in use');
  });
});

describe('SchedulerClient and status updates', () => {
  it('acknowledges when the handler has confirmed and the store has it, not before', () => {
    const updates: TaskUpdate[] = [];
    const { master, client, info } = startWithTask({ update: (update) => updates.push(update) });
    const sent = master.send.status(info, 'TASK_RUNNING');
    master.expect.nothing();
    expect(client.tasks.get('t1')?.status).toBeUndefined();
    updates[0]?.confirm();
    expect(master.expect.acknowledge()).toMatchObject({ taskId: info.taskId, uuid: sent.uuid });
    expect(client.tasks.get('t1')?.status?.state).toBe(TaskState.TASK_RUNNING);
  });

  it('tells a repeated update once, and acknowledges it again', () => {
    const updates: TaskUpdate[] = [];
    const { master, info } = startWithTask({ update: (update) => updates.push(update) });
    const sent = master.send.status(info, 'TASK_RUNNING');
    master.send.update(sent);
    updates[0]?.confirm();
    master.expect.acknowledge();
    master.send.update(sent);
    master.expect.acknowledge();
    expect(updates).toHaveLength(1);
  });

  it('recognises a repeated update after a restart', () => {
    const { master, client, info } = startWithTask();
    const sent = master.send.status(info, 'TASK_FINISHED');
    master.expect.acknowledge();
    client.stop();
    const updates: TaskUpdate[] = [];
    const again = start({ update: (update) => updates.push(update) }, {}, { store: master.store, clock: master.clock });
    again.master.subscribe();
    again.master.send.update(sent);
    again.master.expect.acknowledge();
    expect(updates).toHaveLength(0);
  });

  it('tells an update again that the handler could not deal with', () => {
    const updates: TaskUpdate[] = [];
    const { master, info } = startWithTask({
      update: (update) => {
        updates.push(update);
        if (updates.length === 1) throw new Error('not now');
        update.confirm();
      },
    });
    const sent = master.send.status(info, 'TASK_RUNNING');
    master.expect.nothing();
    master.send.update(sent);
    master.expect.acknowledge();
    expect(updates).toHaveLength(2);
  });

  it('tells updates of one task one after the other, of others meanwhile', () => {
    const updates: TaskUpdate[] = [];
    const { master, client, info } = startWithTask({ offers: () => {}, update: (update) => updates.push(update) });
    const other = launch(master, client, 't2');
    const told = () => updates.map(({ status }) => `${status.taskId.value} ${TaskState[status.state]}`);
    master.send.status(info, 'TASK_RUNNING');
    master.send.status(info, 'TASK_FINISHED');
    master.send.status(other, 'TASK_RUNNING');
    expect(told()).toEqual(['t1 TASK_RUNNING', 't2 TASK_RUNNING']);
    updates[0]?.confirm();
    master.expect.acknowledge();
    expect(told()).toEqual(['t1 TASK_RUNNING', 't2 TASK_RUNNING', 't1 TASK_FINISHED']);
  });

  it("writes the author's records in the batch of the update", () => {
    const own = { op: 'put', key: 'mine/t1', value: new Uint8Array([1]) } as const;
    const { master, info } = startWithTask({ update: (update) => update.confirm([own]) });
    master.send.status(info, 'TASK_RUNNING');
    master.expect.acknowledge();
    const found: string[] = [];
    master.store.read('mine/', (pairs) => {
      if (!(pairs instanceof Error)) found.push(...pairs.map(([key]) => key));
    });
    master.advance(0);
    expect(found).toEqual(['mine/t1']);
  });

  it('forgets all but the latest ended tasks', () => {
    const { master, client, info } = startWithTask({}, { endedTasksKept: 1 });
    master.send.status(info, 'TASK_FINISHED');
    master.expect.acknowledge();
    const other = launch(master, client, 't2');
    master.send.status(other, 'TASK_FINISHED');
    master.expect.acknowledge();
    expect([...client.tasks.keys()]).toEqual(['t2']);
  });
});

describe('SchedulerClient reconciling', () => {
  it('holds on to the end of a task that the master has forgotten since', () => {
    const states: string[] = [];
    const { master, info } = startWithTask({
      update: ({ status, confirm }) => {
        states.push(TaskState[status.state] ?? '');
        confirm();
      },
    });
    master.send.status(info, 'TASK_FINISHED');
    master.send.answer(info, 'TASK_GONE'); // to a question that crossed the acknowledgement
    master.send.answer(info, 'TASK_UNREACHABLE');
    expect(states).toEqual(['TASK_FINISHED']);
  });

  it('holds on to what the agent said of an end when the master says less of it later', () => {
    const { master, client, info } = startWithTask();
    master.send.status(info, 'TASK_FAILED', { message: 'Command exited with status 2' });
    const reason = mesos.v1.TaskStatus.Reason.REASON_AGENT_REREGISTERED;
    const greeting = { uuid: null, reason, message: 'Unreachable agent re-reregistered' };
    master.send.status(info, 'TASK_FAILED', greeting);
    master.send.status(info, 'TASK_RUNNING', greeting);
    expect(client.tasks.get('t1')?.status?.message).toBe('Command exited with status 2');
  });

  it('keeps to itself what a reconciliation tells again', () => {
    const updates: TaskUpdate[] = [];
    const update = (told: TaskUpdate) => {
      updates.push(told);
      told.confirm();
    };
    const { master, info } = startWithTask({ update });
    master.send.status(info, 'TASK_RUNNING');
    master.expect.acknowledge();
    master.send.answer(info, 'TASK_RUNNING');
    master.send.answer(info, 'TASK_UNREACHABLE');
    expect(updates.map(({ status }) => TaskState[status.state])).toEqual(['TASK_RUNNING', 'TASK_UNREACHABLE']);
  });

  it('asks for each unfinished task until it is answered, with growing waits, then for all the master knows', () => {
    let reconciled = 0;
    const before = startWithTask();
    before.client.stop();
    const { store, clock } = before.master;
    const { master } = start({ reconciled: () => reconciled++ }, {}, { store, clock, strict: true });
    master.subscribe();
    expect(master.expect.reconcile()).toEqual(['t1']);
    master.expect.nothing();
    master.advance(3_000);
    expect(master.expect.reconcile()).toEqual(['t1']);
    for (let minute = 0; minute < 10; minute++) {
      master.send.heartbeat();
      master.advance(30_000);
    }
    const asked = [];
    for (let call = master.next(); call; call = master.next()) asked.push(call);
    expect(asked.length).toBeLessThan(20);
    expect(reconciled).toBe(0);
    master.send.answer(before.info, 'TASK_RUNNING');
    expect(master.expect.reconcile()).toEqual([]);
    expect(reconciled).toBe(1);
  });

  it('does not ask for a task whose ACCEPT has not left', () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(clock, { flushMs: () => 50 });
    const { master, client } = start({}, {}, { store, clock });
    master.advance(100);
    master.subscribe();
    master.advance(50);
    client.launch([offer()], [task('t1')]);
    client.reconcile();
    master.expect.nothing();
  });
});

describe('SchedulerClient killing', () => {
  it('repeats a kill until the task has ended, across reconnections and restarts', () => {
    const { master, client } = startWithTask();
    client.kill('t1', { gracePeriod: { nanoseconds: 5e9 } });
    expect(master.expect.kill().killPolicy?.gracePeriod?.nanoseconds).toBe(5e9);
    client.stop();
    const again = start({}, {}, { store: master.store, clock: master.clock });
    again.master.subscribe();
    expect(again.master.expect.kill()).toMatchObject({ taskId: { value: 't1' }, agentId: { value: 'S1' } });
    expect(again.master.expect.reconcile()).toEqual(['t1']);
    again.master.send.answer(task('t1'), 'TASK_RUNNING');
    again.master.advance(30_000);
    again.master.expect.kill();
    again.master.send.status(task('t1'), 'TASK_KILLED');
    again.master.expect.acknowledge();
    again.master.send.heartbeat();
    again.master.advance(31_000);
    again.master.expect.nothing();
  });
});

describe('SchedulerClient stopping', () => {
  it('says nothing more when a callback has stopped it', () => {
    const master = scriptedMaster({ strict: true });
    const handler: SchedulerHandler = { subscribed: () => client.stop() };
    const client = new SchedulerClient(master.ports, { name: 'test', user: 'nobody' }, handler);
    client.start();
    master.subscribe();
    master.advance(3_600_000);
    master.expect.nothing();
    expect(client.state).toBe('stopped');
  });

  it('leaves its tasks running by default', () => {
    const { master, client } = startWithTask();
    client.stop();
    master.expect.nothing();
    expect(master.connected).toBe(false);
    expect(client.state).toBe('stopped');
  });

  it('forgets the framework when it is torn down', () => {
    const { master, client } = startWithTask();
    let done = false;
    client.stop({ teardown: true }, () => {
      done = true;
    });
    master.expect.teardown();
    expect(done).toBe(true);
    let left: unknown;
    master.ports.store.load((memory) => {
      left = memory;
    });
    master.advance(0);
    expect(left).toEqual({ frameworkId: undefined, confirmed: false, tasks: new Map() });
  });

  it('sends nothing after the teardown, which the master would refuse', () => {
    const { master, client } = startWithTask();
    client.stop({ teardown: true });
    client.suppress();
    master.expect.call('TEARDOWN');
    master.expect.nothing();
  });

  it('tears down again when the connection broke before the master had heard', () => {
    const { master, client } = startWithTask();
    let done = false;
    client.stop({ teardown: true }, () => {
      done = true;
    });
    master.expect.call('TEARDOWN');
    master.disconnect();
    master.subscribe();
    expect(done).toBe(false);
    master.expect.teardown();
    expect(done).toBe(true);
  });

  it('connects first when it is to be torn down while disconnected, and says so when no master is there', () => {
    const { master, client } = startWithTask();
    master.disconnect();
    const errors: (string | undefined)[] = [];
    client.stop({ teardown: true }, (error) => errors.push(error?.code));
    master.advance(2_000);
    master.subscribe();
    master.expect.teardown();
    expect(errors).toEqual([undefined]);

    const alone = start();
    alone.client.stop({ teardown: true }, (error) => errors.push(error?.code));
    alone.master.advance(20_000);
    expect(errors).toEqual([undefined, 'TIMED_OUT']);
  });
});

describe('SchedulerClient under any schedule of disconnections', () => {
  it.each([1, 2, 3, 4, 5])('loses no update and acknowledges each (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const told: string[] = [];
    const handler: SchedulerHandler = {
      offers: () => {},
      update: (update) => {
        told.push(TaskState[update.status.state]);
        update.confirm();
      },
    };
    const { master, info } = startWithTask(handler);
    const sent = ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED'] as const;
    for (const state of sent) {
      let acknowledged = false;
      const update = master.send.status(info, state);
      while (!acknowledged) {
        if (random.next() < 0.5) {
          master.disconnect();
          while (!master.connected) master.advance(500);
          master.send.subscribed();
          master.send.update(update);
        }
        for (let call = master.next(); call; call = master.next()) {
          if (call.acknowledge && random.next() < 0.5) acknowledged = true; // else it was lost on its way
        }
        if (!acknowledged) master.send.update(update);
      }
    }
    expect(told).toEqual([...sent]);
  });
});
