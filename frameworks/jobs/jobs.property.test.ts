import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mesos, type SchedulerCall } from '../../proto/index.js';
import { offer, type StateName } from '../../scheduler-sdk/testing/index.js';
import { JobsRig } from '../../test/support/jobs-rig.js';
import { countStates, isActive } from './job.js';

const { TASK_STARTING, TASK_RUNNING } = mesos.v1.TaskState;

/** What the world does to the framework. Numbers choose among what there is at that time. */
type Step =
  | { readonly do: 'submit'; readonly count: number; readonly retries: number }
  | { readonly do: 'offer'; readonly agent: number; readonly cpus: number }
  | { readonly do: 'status'; readonly task: number; readonly state: StateName; readonly reconciled: boolean }
  | { readonly do: 'kill'; readonly job: number; readonly index: number | undefined }
  | { readonly do: 'break' }
  | { readonly do: 'restart' };

const STATES = [
  ...(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED'] as const),
  ...(['TASK_ERROR', 'TASK_DROPPED', 'TASK_LOST', 'TASK_GONE', 'TASK_UNKNOWN', 'TASK_UNREACHABLE'] as const),
] satisfies StateName[];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('submit' as const), count: fc.integer({ min: 1, max: 4 }), retries: fc.nat(2) }),
  fc.record({ do: fc.constant('offer' as const), agent: fc.nat(2), cpus: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    do: fc.constant('status' as const),
    task: fc.nat(20),
    state: fc.constantFrom(...STATES),
    reconciled: fc.boolean(),
  }),
  fc.record({ do: fc.constant('kill' as const), job: fc.nat(3), index: fc.option(fc.nat(3), { nil: undefined }) }),
  fc.record({ do: fc.constant('break' as const) }),
  fc.record({ do: fc.constant('restart' as const) }),
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
      if (call.subscribe) this.rig.master.send.subscribed('F1');
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
        expect(this.launched, 'a task id is used once').not.toContain(taskId.value);
        this.launched.add(taskId.value);
      }
  }
}

function check({ rig }: World): void {
  const tasks = new Set<string>();
  for (const job of rig.jobs.jobs()) {
    expect(job.counts, 'counts add up').toEqual(countStates(job.instances));
    expect(job.instances).toHaveLength(job.submission.count);
    for (const instance of job.instances) {
      expect(isActive(instance) ? instance.taskId : 'idle', 'an active instance has a task').toBeDefined();
      expect(instance.state === 'waiting' ? instance.taskId : undefined, 'a waiting one has none').toBeUndefined();
      expect(instance.failures).toBeLessThanOrEqual(instance.attempt + 1);
      if (instance.taskId === undefined) continue;
      expect(tasks, 'no task belongs to two instances').not.toContain(instance.taskId);
      tasks.add(instance.taskId);
    }
    if (job.killed) expect(job.counts.waiting ?? 0, 'nothing of a killed job waits').toBe(0);
  }
  // An instance has at most one task that may be alive: earlier ones have ended, or are killed as soon as they show.
  for (const { taskId, status, kill } of rig.client.tasks.values()) {
    const alive = status?.state === TASK_STARTING || status?.state === TASK_RUNNING;
    if (alive && !tasks.has(taskId)) expect(kill, `${taskId} is alive and nobody's`).toBeDefined();
  }
}

describe('JobsScheduler', () => {
  it('keeps its books straight whatever is submitted, offered, reported, killed or broken', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        for (const next of steps) {
          world.run(next);
          check(world);
        }
        const kept = new Map(world.rig.jobs.jobs().map((job) => [job.id, job.counts]));
        const reread = world.rig.restart();
        for (const job of reread.jobs.jobs()) expect(job.counts, 'a restart changes nothing').toEqual(kept.get(job.id));
      }),
      { numRuns: 300 },
    );
  });
});
