import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { FailingStore } from '../../common/store/failing-store.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import { mesos } from '../../proto/index.js';
import { offer, status } from '../../scheduler-sdk/testing/index.js';
import { JobsRig } from '../../test/support/jobs-rig.js';
import type { Admitted } from './admission.js';
import { ENDED_JOBS_KEPT } from './job-table.js';

const { REASON_RECONCILIATION, REASON_EXECUTOR_TERMINATED } = mesos.v1.TaskStatus.Reason;

/** Longer than the wait after a few setbacks, shorter than a master may be silent, in ms. */
const LONG_MS = 10_000;

/** A rig with one job of one instance, launched as `job.0`. */
function launched(input: Parameters<JobsRig['submit']>[0] = {}) {
  const rig = JobsRig.subscribed();
  const job = rig.submit(input);
  rig.master.send.offers(offer());
  const suppressed = rig.master.expect.suppress();
  const tasks = rig.master.expect.launch();
  const [task] = tasks;
  if (task === undefined) throw new Error('a task is wanted');
  return { rig, job, task, tasks, suppressed };
}

describe('a submission', () => {
  it('is answered only once it is durable', () => {
    const clock = new VirtualClock();
    let flushMs = 0;
    const rig = JobsRig.subscribed({ clock, store: new MemoryStore(clock, { flushMs: () => flushMs }) });
    flushMs = 10;
    let answered = false;
    rig.trySubmit({}, () => (answered = true));
    clock.advance(9);
    expect(answered).toBe(false);
    clock.advance(1);
    expect(answered).toBe(true);
  });

  it('is one job however often its token comes, also while the first is being written', () => {
    const rig = JobsRig.subscribed();
    const outcomes: Array<Admitted | Error> = [];
    for (let times = 0; times < 3; times++) rig.trySubmit({ token: 'same' }, (outcome) => outcomes.push(outcome));
    rig.clock.advance(0);
    rig.trySubmit({ token: 'same', name: 'other' }, (outcome) => outcomes.push(outcome));
    expect(outcomes.map((outcome) => (outcome instanceof Error ? outcome : [outcome.job.id, outcome.known]))).toEqual([
      ['job', false],
      ['job', true],
      ['job', true],
      ['job', true],
    ]);
    expect(rig.jobs.jobs()).toHaveLength(1);
  });

  it('keeps its token across a restart', () => {
    const rig = JobsRig.subscribed();
    rig.submit({ token: 'same' });
    const again = rig.restart();
    let outcome: Admitted | Error | undefined;
    again.trySubmit({ token: 'same' }, (answered) => (outcome = answered));
    expect(outcome).toMatchObject({ known: true, job: { id: 'job' } });
  });

  it('gets a number when its name is taken, also by one that is being written', () => {
    const rig = JobsRig.subscribed();
    const ids: string[] = [];
    for (let times = 0; times < 3; times++)
      rig.trySubmit({ name: 'web' }, (outcome) => ids.push(outcome instanceof Error ? 'failed' : outcome.job.id));
    rig.clock.advance(0);
    expect(ids).toEqual(['web', 'web-2', 'web-3']);
  });

  it('is refused when the store fails, and leaves nothing behind', () => {
    const clock = new VirtualClock();
    const rig = JobsRig.subscribed({ clock, store: new FailingStore(new MemoryStore(clock), { failAt: 3 }) });
    let outcome: Admitted | Error | undefined;
    rig.trySubmit({}, (answered) => (outcome = answered));
    rig.clock.advance(0);
    expect(outcome).toMatchObject({ code: 'STORE_FAILED' });
    expect(rig.jobs.jobs()).toEqual([]);
  });
});

describe('placement', () => {
  it('revives on a submission and suppresses when nothing waits', () => {
    const { suppressed } = launched();
    expect(suppressed.roles).toEqual([]);
  });

  it('tells the task where it is and what it got', () => {
    const { task } = launched({ ports: 2, env: { COLOUR: 'red' } });
    const variables = Object.fromEntries(
      (task.command?.environment?.variables ?? []).map(({ name, value }) => [name, value]),
    );
    expect(variables).toEqual({
      MESETA_HOST: 'host1',
      MESETA_JOB: 'job',
      MESETA_TASK: 'job.0',
      PORTS: '31000,31001',
      PORT0: '31000',
      PORT1: '31001',
      COLOUR: 'red',
    });
  });

  it('fills an offer and places the rest on the next', () => {
    const rig = JobsRig.subscribed();
    rig.submit({ count: 5, cpus: 1 });
    rig.master.send.offers(offer({ cpus: 3 }));
    expect(rig.master.expect.launch()).toHaveLength(3);
    expect(rig.counts('job')).toEqual({ launching: 3, waiting: 2 });
    rig.master.send.offers(offer({ agentId: 'S2', cpus: 3 }));
    rig.master.expect.suppress();
    expect(rig.master.expect.launch()).toHaveLength(2);
    expect(rig.counts('job')).toEqual({ launching: 5 });
  });

  it('declines what nothing fits for a while, and says why the task waits', () => {
    const rig = JobsRig.subscribed();
    rig.submit({ cpus: 8 });
    rig.master.send.offers(offer({ cpus: 4 }), offer({ agentId: 'S2', cpus: 6 }));
    expect(rig.master.expect.decline().filters?.refuseSeconds).toBe(5);
    expect(rig.jobs.explain('job.0')).toMatchObject({
      subject: 'job.0',
      placed: false,
      agentsSeen: 2,
      reasons: [{ reason: 'cpus', agents: 2 }],
      nearest: { host: 'host2', agentId: 'S2', short: [expect.stringContaining('6')] },
    });
  });

  it('counts each reason once an agent, and names all that the nearest lacks', () => {
    const rig = JobsRig.subscribed();
    rig.submit({ cpus: 8, mem: 8192, constraints: [{ field: 'rack', operator: 'IS', value: 'r1' }] });
    rig.master.send.offers(
      offer({ attributes: { rack: 'r1' }, mem: 16_384 }),
      offer({ agentId: 'S2', attributes: { rack: 'r2' } }),
    );
    rig.master.expect.decline();
    expect(rig.jobs.explain('job')?.reasons.map(({ reason, agents }) => [reason, agents])).toEqual([
      ['cpus', 2],
      ['attribute', 1],
      ['mem', 1],
    ]);
    expect(rig.jobs.explain('job')?.nearest).toMatchObject({ host: 'host1', short: [expect.stringContaining('cpus')] });
  });

  it('explains of a job that is placed in part how much of it is', () => {
    const rig = JobsRig.subscribed();
    rig.submit({ count: 4, cpus: 1 });
    rig.master.send.offers(offer({ cpus: 3 }));
    rig.master.expect.launch();
    expect(rig.jobs.explain('job')).toMatchObject({
      placed: false,
      summary: expect.stringMatching(/^3 of 4 placed, 1 waits: no agent fits/),
      instances: { placed: 3, waiting: 1 },
    });
    expect(rig.jobs.explain('job.3')).not.toHaveProperty('instances');
  });

  it('explains that nobody was offered, that no master is heard, and that a placed task is placed', () => {
    const rig = JobsRig.subscribed();
    rig.submit();
    expect(rig.jobs.explain('job')?.summary).toContain('no agent has been offered');
    rig.master.disconnect();
    expect(rig.jobs.explain('job')?.summary).toContain('not connected');
    expect(launched().rig.jobs.explain('job.0')).toMatchObject({
      placed: true,
      summary: expect.stringContaining('host1'),
    });
  });

  it('puts one on each host with UNIQUE, also after a restart', () => {
    const rig = JobsRig.subscribed();
    rig.submit({ count: 2, constraints: [{ field: 'hostname', operator: 'UNIQUE' }] });
    rig.master.send.offers(offer());
    expect(rig.master.expect.launch()).toHaveLength(1);

    const again = rig.restart();
    again.master.subscribe();
    again.master.expect.reconcile();
    again.master.send.offers(offer());
    again.master.expect.decline();
    again.master.send.offers(offer({ agentId: 'S2' }));
    again.master.expect.suppress();
    expect(again.master.expect.launch().map(({ taskId }) => taskId.value)).toEqual(['job.1']);
  });

  it('spreads over racks with GROUP_BY, counting those that were placed before a restart', () => {
    const rig = JobsRig.subscribed();
    rig.submit({ count: 3, constraints: [{ field: 'rack', operator: 'GROUP_BY', value: '2' }] });
    rig.master.send.offers(offer({ cpus: 0.1, attributes: { rack: 'r1' } }));
    expect(rig.master.expect.launch()).toHaveLength(1);

    const again = rig.restart();
    again.master.subscribe();
    again.master.expect.reconcile();
    again.master.send.offers(offer({ agentId: 'S1', attributes: { rack: 'r1' } }));
    again.master.expect.decline();
    again.master.send.offers(offer({ agentId: 'S2', cpus: 0.1, attributes: { rack: 'r2' } }));
    expect(again.master.expect.launch()).toHaveLength(1);
  });
});

describe('a task that ends', () => {
  it('finishes its job and is acknowledged', () => {
    const { rig, task } = launched();
    rig.master.send.status(task, 'TASK_FINISHED');
    rig.master.expect.acknowledge();
    expect(rig.counts('job')).toEqual({ finished: 1 });
  });

  it('is started again as often as it may be, each time under another id', () => {
    const { rig, task } = launched({ retries: 2 });
    let current = task;
    for (const next of ['job.0-2', 'job.0-3']) {
      rig.master.send.status(current, 'TASK_FAILED', { message: 'Command exited with status 3' });
      rig.master.expect.acknowledge();
      rig.clock.advance(LONG_MS);
      rig.master.expect.revive();
      rig.master.send.offers(offer());
      rig.master.expect.suppress();
      const [task] = rig.master.expect.launch();
      expect(task?.taskId.value).toBe(next);
      if (task !== undefined) current = task;
    }
    rig.master.send.status(current, 'TASK_FAILED', { message: 'Command exited with status 4' });
    rig.master.expect.acknowledge();
    expect(rig.instance('job')).toMatchObject({ state: 'failed', exitCode: 4, failures: 3 });
  });

  it('whose launch was lost on the way is started again under a new id, without a retry', () => {
    const { rig, task } = launched();
    rig.master.disconnect();
    rig.clock.advance(5_000);
    rig.master.subscribe();
    rig.master.expect.suppress();
    expect(rig.master.expect.reconcile()).toEqual(['job.0']);
    rig.master.send.answer(task, 'TASK_GONE');
    rig.master.expect.revive();
    rig.master.send.offers(offer());
    rig.master.expect.suppress();
    expect(rig.master.expect.launch().map(({ taskId }) => taskId.value)).toEqual(['job.0-2']);
    expect(rig.instance('job')).toMatchObject({ failures: 0, attempt: 2 });
  });

  it('that ran and is gone is lost, not run twice', () => {
    const { rig, task } = launched();
    rig.master.send.status(task, 'TASK_RUNNING');
    rig.master.expect.acknowledge();
    rig.master.send.update({ ...status(task, 'TASK_GONE', { uuid: null }), reason: REASON_RECONCILIATION });
    expect(rig.instance('job').state).toBe('lost');
    rig.master.expect.nothing();
  });

  it('of an attempt that was replaced is killed when it turns up alive', () => {
    const { rig, task } = launched({ retries: 1 });
    rig.master.send.status(task, 'TASK_RUNNING');
    rig.master.expect.acknowledge();
    rig.master.send.status(task, 'TASK_LOST', { uuid: null });
    rig.master.send.status(task, 'TASK_RUNNING');
    expect(rig.master.expect.kill().taskId).toEqual(task.taskId);
  });
});

describe('an instance whose launches an agent drops', () => {
  const said = { reason: REASON_EXECUTOR_TERMINATED, message: 'Failed to create executor directory: No such user' };

  /** Launches what waits, and drops it. */
  function drop(rig: JobsRig) {
    rig.master.send.offers(offer());
    rig.master.expect.suppress();
    const [task] = rig.master.expect.launch();
    if (task === undefined) throw new Error('a task is wanted');
    rig.master.send.status(task, 'TASK_DROPPED', said);
    rig.master.expect.acknowledge();
  }

  it('waits longer each time, wants no offers meanwhile, and fails with what the agent says', () => {
    const rig = JobsRig.subscribed();
    rig.submit();
    for (const [least, most] of [
      [500, 1_000],
      [1_000, 2_000],
    ] as const) {
      drop(rig);
      expect(rig.instance('job')).toMatchObject({ state: 'waiting', message: said.message });
      rig.clock.advance(least - 1);
      rig.master.expect.nothing();
      rig.clock.advance(most - least + 1);
      rig.master.expect.revive();
    }
    drop(rig);
    rig.clock.advance(LONG_MS);
    rig.master.expect.nothing();
    expect(rig.instance('job')).toMatchObject({ state: 'failed', attempt: 3, message: said.message });
    expect(rig.jobs.explain('job')?.summary).toBe(`nothing waits: the job is failed; job.0-3: ${said.message}`);
  });

  it('is not placed before its time, not on an offer that came for another either', () => {
    const rig = JobsRig.subscribed();
    rig.submit();
    drop(rig);
    rig.submit({ name: 'other' });
    rig.master.send.offers(offer());
    rig.master.expect.suppress();
    expect(rig.master.expect.launch().map(({ taskId }) => taskId.value)).toEqual(['other.0']);
  });

  it('says when it is tried again, and after what', () => {
    const rig = JobsRig.subscribed();
    rig.submit();
    drop(rig);
    const summary = `next try in 1 s: ${said.message}`;
    expect(rig.jobs.explain('job')).toMatchObject({ placed: false, summary });
    rig.clock.advance(1_000);
    expect(rig.jobs.explain('job')?.summary).toContain(`the attempt before it ended: ${said.message}`);
  });

  it('keeps its wait across a restart', () => {
    const rig = JobsRig.subscribed();
    rig.submit();
    drop(rig);
    const again = rig.restart();
    again.master.subscribe();
    again.master.expect.suppress();
    again.clock.advance(499);
    again.master.expect.nothing();
    again.clock.advance(501);
    again.master.expect.revive();
  });

  it('is killed while it waits', () => {
    const rig = JobsRig.subscribed();
    const job = rig.submit();
    drop(rig);
    rig.jobs.killJob(rig.jobs.job(job.id) ?? job, () => {});
    rig.master.expect.suppress();
    rig.clock.advance(LONG_MS);
    rig.master.expect.nothing();
    expect(rig.counts('job')).toEqual({ killed: 1 });
  });
});

describe('a kill', () => {
  it('of a waiting job ends it at once and wants no more offers', () => {
    const rig = JobsRig.subscribed();
    const job = rig.submit({ count: 2 });
    let done = false;
    rig.jobs.killJob(job, () => (done = true));
    rig.clock.advance(0);
    expect(done).toBe(true);
    expect(rig.counts('job')).toEqual({ killed: 2 });
    rig.master.expect.suppress();
    expect(rig.restart().counts('job')).toEqual({ killed: 2 });
  });

  it('of a job kills its tasks and starts none of them again', () => {
    const { rig, task } = launched({ retries: 5 });
    const job = rig.jobs.job('job');
    if (job === undefined) throw new Error('the job is wanted');
    rig.jobs.killJob(job, () => {});
    rig.master.expect.suppress();
    expect(rig.master.expect.kill().taskId).toEqual(task.taskId);
    rig.master.send.status(task, 'TASK_FAILED', { message: 'Command exited with status 1' });
    rig.master.expect.acknowledge();
    expect(rig.instance('job')).toMatchObject({ state: 'failed', exitCode: 1 });
  });

  it('of one instance leaves the others alone, and it is not started again even if it fails first', () => {
    const { rig, tasks } = launched({ count: 2, retries: 5 });
    const [job, instance] = rig.jobs.instance('job.1') ?? [];
    if (job === undefined || instance === undefined) throw new Error('the instance is wanted');
    rig.jobs.killInstance(job, instance, () => {});
    rig.master.expect.suppress();
    expect(rig.master.expect.kill().taskId.value).toBe('job.1');
    const killed = tasks.find(({ taskId }) => taskId.value === 'job.1');
    if (killed === undefined) throw new Error('the task is wanted');
    rig.master.send.status(killed, 'TASK_FAILED');
    rig.master.expect.acknowledge();
    expect(rig.counts('job')).toEqual({ launching: 1, failed: 1 });
  });

  it('of one instance that waits ends it before it starts', () => {
    const rig = JobsRig.subscribed();
    rig.submit({ count: 2 });
    const [job, instance] = rig.jobs.instance('job.0') ?? [];
    if (job === undefined || instance === undefined) throw new Error('the instance is wanted');
    rig.jobs.killInstance(job, instance, () => {});
    rig.master.send.offers(offer());
    rig.master.expect.suppress();
    expect(rig.master.expect.launch().map(({ taskId }) => taskId.value)).toEqual(['job.1']);
  });
});

describe('a restart', () => {
  it('in the middle goes on: what waited is placed, what ran is reconciled, nothing runs twice', () => {
    const rig = JobsRig.subscribed();
    rig.submit({ count: 2, cpus: 1 });
    rig.master.send.offers(offer({ cpus: 1 }));
    const [task] = rig.master.expect.launch();
    if (task === undefined) throw new Error('a task is wanted');
    rig.master.send.status(task, 'TASK_RUNNING');
    rig.master.expect.acknowledge();

    const again = rig.restart();
    expect(again.counts('job')).toEqual({ running: 1, waiting: 1 });
    expect(again.master.subscribe().frameworkInfo.id?.value).toBe(rig.master.frameworkId);
    expect(again.master.expect.reconcile()).toEqual(['job.0']);
    again.master.send.answer(task, 'TASK_RUNNING');
    again.master.send.offers(offer());
    again.master.expect.suppress();
    expect(again.master.expect.launch().map(({ taskId }) => taskId.value)).toEqual(['job.1']);
  });

  it('after the launch was written but not sent starts it again', () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(clock);
    const rig = JobsRig.subscribed({ clock, store });
    rig.submit();
    rig.master.send.offers(offer());
    const again = rig.restart(); // the ACCEPT that was on its way is lost with the process
    again.master.subscribe();
    again.master.expect.suppress();
    expect(again.master.expect.reconcile()).toEqual(['job.0']);
    again.master.send.answer({ taskId: { value: 'job.0' }, agentId: { value: 'S1' } }, 'TASK_GONE');
    again.master.expect.revive();
    expect(again.counts('job')).toEqual({ waiting: 1 });
  });

  it('raises the version, so that who follows notices', () => {
    const rig = JobsRig.subscribed();
    const before = rig.submit().version;
    rig.clock.advance(1);
    expect(rig.restart().jobs.job('job')?.version).toBeGreaterThan(before);
  });

  it('refuses to start on a record that makes no sense, naming it', () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(clock, {}, [['jobs/x/job', Buffer.from('{}')]]);
    expect(() => new JobsRig({ clock, store })).toThrow('Cannot read job record "jobs/x/job"');
  });
});

describe('ended jobs', () => {
  it('are forgotten beyond those kept, the oldest first, on disk too', () => {
    const rig = JobsRig.subscribed();
    for (let at = 0; at <= ENDED_JOBS_KEPT; at++) {
      const job = rig.submit({ name: `n${at}` });
      rig.jobs.killJob(job, () => {});
      rig.master.expect.suppress();
    }
    rig.submit({ name: 'last' });
    expect(rig.jobs.job('n0')).toBeUndefined();
    expect(rig.jobs.job('n1')).toBeDefined();
    expect(rig.restart().jobs.job('n0')).toBeUndefined();
  });
});
