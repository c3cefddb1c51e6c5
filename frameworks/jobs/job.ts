import type { Place } from '../../scheduler-sdk/index.js';
import type { InstanceView, JobView, Submission } from './cli/api.js';

/** One of the tasks that a job asks for, over all its attempts. */
export interface Instance {
  readonly index: number;
  /** Attempts so far; 0 before the first launch. */
  readonly attempt: number;
  /** Attempts that failed, which is what `retries` bounds. */
  readonly failures: number;
  readonly state: InstanceView['state'];
  /** Facts of the current attempt. */
  readonly taskId?: string;
  readonly taskState?: string;
  readonly place?: Place;
  readonly agentAddress?: string;
  readonly containerId?: string;
  readonly exitCode?: number;
  readonly signal?: number;
  readonly message?: string;
  readonly reason?: string;
}

/** A submission and what became of it. Immutable: every change makes a new one with a higher version. */
export interface Job {
  readonly id: string;
  readonly submission: Submission;
  /** Milliseconds since the epoch. */
  readonly submittedAtMs: number;
  /** No instance is started any more. */
  readonly killed: boolean;
  readonly version: number;
  readonly instances: readonly Instance[];
}

/** A job as submitted: every instance waits. */
export function createJob(id: string, submission: Submission, submittedAtMs: number): Job {
  const instances = Array.from(
    { length: submission.count },
    (_, index): Instance => ({ index, attempt: 0, failures: 0, state: 'waiting' }),
  );
  return { id, submission, submittedAtMs, killed: false, version: 1, instances };
}

/** The job with one instance replaced. */
export function withInstance(job: Job, instance: Instance): Job {
  return { ...job, version: job.version + 1, instances: job.instances.with(instance.index, instance) };
}

/** The job with no instance left to start: those that wait are killed at once, the others when their tasks end. */
export function withKill(job: Job): Job {
  const instances = job.instances.map(
    (instance): Instance => (instance.state === 'waiting' ? killedWhileWaiting(instance) : instance),
  );
  return { ...job, killed: true, version: job.version + 1, instances };
}

/** An instance that is killed before it was placed. */
export function killedWhileWaiting(instance: Instance): Instance {
  return { ...instance, state: 'killed', message: 'Killed before it was placed' };
}

/** The task id of an instance's next attempt: `job.3`, then `job.3-2`, `job.3-3`, ... */
export function nextTaskId(job: Job, instance: Instance): string {
  const base = `${job.id}.${instance.index}`;
  return instance.attempt === 0 ? base : `${base}-${instance.attempt + 1}`;
}

const ACTIVE: ReadonlySet<Instance['state']> = new Set(['launching', 'running']);

/** Whether a task of the instance may be alive. */
export const isActive = (instance: Instance): boolean => ACTIVE.has(instance.state);

/** Whether nothing of the instance will change any more. */
export const isOver = (instance: Instance): boolean => instance.state !== 'waiting' && !isActive(instance);

/** Instances by state. */
export function countStates(job: Job): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of job.instances) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** What a job is as a whole: running while anything may change, then the worst of its instances. */
export function stateOfJob(job: Job): JobView['state'] {
  const counts = countStates(job);
  if (job.instances.some(isActive)) return 'running';
  if ((counts['waiting'] ?? 0) > 0) return (counts['waiting'] ?? 0) === job.instances.length ? 'waiting' : 'running';
  if ((counts['failed'] ?? 0) + (counts['lost'] ?? 0) > 0) return 'failed';
  return (counts['killed'] ?? 0) > 0 ? 'killed' : 'finished';
}

/** The job as the API shows it; `withInstances` false in lists. */
export function toJobView(job: Job, frameworkId: string | undefined, withInstances: boolean): JobView {
  const view: JobView = {
    id: job.id,
    name: job.submission.name,
    version: job.version,
    state: stateOfJob(job),
    submittedAtMs: job.submittedAtMs,
    counts: countStates(job),
    submission: job.submission,
    ...(frameworkId === undefined ? {} : { frameworkId }),
  };
  return withInstances ? { ...view, instances: job.instances.map(toInstanceView) } : view;
}

function toInstanceView({ place, failures: _failures, ...instance }: Instance): InstanceView {
  return { ...instance, ...(place === undefined ? {} : { agentId: place.agentId, host: place.hostname }) };
}
