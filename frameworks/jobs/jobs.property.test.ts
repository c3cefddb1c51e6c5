import fc from 'fast-check';
import { describe, it } from 'vitest';
import { backoffCeilingMs } from '../../common/runtime/backoff.js';
import { mesos, type SchedulerCall } from '../../proto/index.js';
import { offer, type StateName } from '../../scheduler-sdk/testing/index.js';
import { JobsRig } from '../../test/support/jobs-rig.js';
import { INSTANCE_STATES } from './cli/api.js';
import { countStates, isActive, type StateCounts } from './job.js';
import { RESTART_BOUNDS } from './restart-delay.js';

const { TASK_STARTING, TASK_RUNNING } = mesos.v1.TaskState;
const { REASON_EXECUTOR_TERMINATED, REASON_COMMAND_EXECUTOR_FAILED, REASON_AGENT_REMOVED, REASON_INVALID_OFFERS } =
  mesos.v1.TaskStatus.Reason;

/** What the world does to the framework. Numbers choose among what there is at that time. */
type Step =
  | { readonly do: 'submit'; readonly count: number; readonly retries: number }
  | { readonly do: 'offer'; readonly agent: number; readonly cpus: number }
  | { readonly do: 'status'; readonly task: number; readonly state: StateName; readonly reconciled: boolean }
  | { readonly do: 'kill'; readonly job: number; readonly index: number | undefined }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'break' }
  | { readonly do: 'restart' };

const STATES = [
  ...(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED'] as const),
  ...(['TASK_ERROR', 'TASK_DROPPED', 'TASK_LOST', 'TASK_GONE', 'TASK_UNKNOWN', 'TASK_UNREACHABLE'] as const),
] satisfies StateName[];

const submit = fc.record({
  do: fc.constant('submit' as const),
  count: fc.integer({ min: 1, max: 4 }),
  retries: fc.nat(2),
});
const offered = fc.record({
  do: fc.constant('offer' as const),
  agent: fc.nat(2),
  cpus: fc.integer({ min: 1, max: 3 }),
});
const reported = fc.record({
  do: fc.constant('status' as const),
  task: fc.nat(20),
  state: fc.constantFrom(...STATES),
  reconciled: fc.boolean(),
});
const waited = fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5_000 }) });
const killed = fc.record({
  do: fc.constant('kill' as const),
  job: fc.nat(3),
  index: fc.option(fc.nat(3), { nil: undefined }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: submit },
  { weight: 5, arbitrary: offered },
  { weight: 8, arbitrary: reported },
  { weight: 1, arbitrary: killed },
  { weight: 2, arbitrary: waited },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'break' }, { do: 'restart' }) },
);

/** The framework in a world that remembers every task that was ever sent to the master. */
class World {
  rig = JobsRig.subscribed();
  readonly launched = new Set<string>();

  run(next: Step): void {
    switch (next.do) {
      case 'submit':
        this.rig.trySubmit({ count: next.count, retries: next.retries, cpus: 1 }, () => {});
        break;
      case 'offer':
        if (this.rig.master.connected)
          this.rig.master.send.offers(offer({ agentId: `S${next.agent}`, cpus: next.cpus, role: '*' }));
        break;
      case 'status':
        this.#report(next);
        break;
      case 'wait':
        this.rig.clock.advance(next.ms);
        this.#resubscribe();
        break;
      case 'kill':
        this.#kill(next.job, next.index);
        break;
      case 'break':
        if (this.rig.master.connected) this.rig.master.disconnect();
        this.rig.clock.advance(2_000);
        this.#resubscribe();
        break;
      case 'restart':
        this.rig = this.rig.restart();
        this.#resubscribe();
        break;
    }
    this.rig.clock.advance(0);
    for (let call = this.rig.master.next(); call !== undefined; call = this.rig.master.next()) this.#note(call);
  }

  #resubscribe(): void {
    for (let call = this.rig.master.next(); call !== undefined; call = this.rig.master.next()) {
      if (call.subscribe) this.rig.master.send.subscribed();
      this.#note(call);
    }
  }

  #report({ task, state, reconciled }: Extract<Step, { do: 'status' }>): void {
    const taskId = [...this.launched][task % Math.max(1, this.launched.size)];
    if (taskId === undefined || !this.rig.master.connected) return;
    const name = { taskId: { value: taskId }, agentId: { value: 'S1' } };
    if (reconciled) this.rig.master.send.answer(name, state);
    else this.rig.master.send.status(name, state);
  }

  #kill(at: number, index: number | undefined): void {
    const all = this.rig.jobs.jobs();
    const job = all[at % Math.max(1, all.length)];
    const instance = job?.instances[index ?? 0];
    if (job === undefined || instance === undefined) return;
    if (index === undefined) this.rig.jobs.killJob(job, () => {});
    else if (isActive(instance) || instance.state === 'waiting') this.rig.jobs.killInstance(job, instance, () => {});
  }

  #note({ accept }: SchedulerCall): void {
    for (const { launch } of accept?.operations ?? [])
      for (const { taskId } of launch?.taskInfos ?? []) {
        must(!this.launched.has(taskId.value), 'a task id is used once');
        this.launched.add(taskId.value);
      }
  }
}

/** `expect` is too slow for what is checked a million times. */
function must(holds: boolean, claim: string): void {
  if (!holds) throw new Error(`It does not hold that ${claim}`);
}

function check({ rig }: World): void {
  const tasks = new Set<string>();
  for (const job of rig.jobs.jobs()) {
    must(sameCounts(job.counts, countStates(job.instances)), `the counts of ${job.id} add up`);
    must(job.instances.length === job.submission.count, `${job.id} has the instances it was submitted with`);
    must(!job.killed || (job.counts.waiting ?? 0) === 0, `nothing of a killed job waits`);
    for (const instance of job.instances) {
      const { taskId } = instance;
      must(!isActive(instance) || taskId !== undefined, 'an active instance has a task');
      must(instance.state !== 'waiting' || taskId === undefined, 'a waiting one has none');
      must(instance.failures <= instance.attempt, 'no attempt fails twice');
      if (taskId === undefined) continue;
      must(!tasks.has(taskId), 'no task belongs to two instances');
      tasks.add(taskId);
    }
  }
  // An instance has at most one task that may be alive: earlier ones have ended, or are killed as soon as they show.
  for (const { taskId, status, kill } of rig.client.tasks.values()) {
    const alive = status?.state === TASK_STARTING || status?.state === TASK_RUNNING;
    must(!alive || tasks.has(taskId) || kill !== undefined, 'a task that is alive belongs to an instance or is killed');
  }
}

const sameCounts = (a: StateCounts, b: StateCounts) => INSTANCE_STATES.every((state) => a[state] === b[state]);

/** How an attempt may come to nothing, again and again. */
const ENDINGS: Readonly<Record<string, readonly [StateName, mesos.v1.TaskStatus.Reason]>> = {
  dropped: ['TASK_DROPPED', REASON_EXECUTOR_TERMINATED],
  failed: ['TASK_FAILED', REASON_COMMAND_EXECUTOR_FAILED],
  lost: ['TASK_LOST', REASON_AGENT_REMOVED],
  strayed: ['TASK_DROPPED', REASON_INVALID_OFFERS],
};

/** Earliest end of the attempts, one after the other, when each of the waits between them is the shortest: in ms. */
function earliest(attempts: number): number {
  let ms = 0;
  for (let setback = 0; setback < attempts - 2; setback++) ms += backoffCeilingMs(setback, RESTART_BOUNDS) / 2;
  return ms;
}

describe('JobsScheduler', () => {
  it('tries again ever more rarely what comes to nothing, however it does, and goes on when it may', () => {
    const endings = fc.oneof(
      fc.array(fc.constantFrom('dropped', 'failed', 'lost'), { minLength: 30, maxLength: 30 }),
      fc.constant(Array.from({ length: 30 }, () => 'strayed')),
    );
    fc.assert(
      fc.property(endings, fc.integer({ min: 10_000, max: 120_000 }), (kinds, forMs) => {
        const rig = JobsRig.subscribed();
        rig.submit({ retries: 1_000 });
        const startMs = rig.clock.nowMs();
        let attempts = 0;
        while (rig.clock.nowMs() - startMs < forMs) {
          rig.master.send.offers(offer());
          for (let call = rig.master.next(); call !== undefined; call = rig.master.next())
            for (const { taskId } of call.accept?.operations?.[0]?.launch?.taskInfos ?? []) {
              const [state, reason] = ENDINGS[kinds[attempts++ % kinds.length] ?? ''] ?? ENDINGS['failed'] ?? [];
              if (state === undefined || reason === undefined) continue;
              rig.master.send.status({ taskId, agentId: { value: 'S1' } }, state, { reason });
            }
          rig.clock.advance(100);
        }
        must(earliest(attempts) <= forMs, `${attempts} attempts in ${forMs} ms are few enough`);
        must(attempts >= 4, 'it is tried again');
      }),
      { numRuns: 20 },
    );
  });

  it('keeps its books straight whatever is submitted, offered, reported, killed or broken', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), (steps) => {
        const world = new World();
        for (const next of steps) {
          world.run(next);
          check(world);
        }
        const kept = new Map(world.rig.jobs.jobs().map((job) => [job.id, job.counts]));
        const reread = world.rig.restart();
        for (const { id, counts } of reread.jobs.jobs())
          must(sameCounts(counts, kept.get(id) ?? {}), 'a restart changes nothing');
      }),
      { numRuns: 100 },
    );
  });
});
