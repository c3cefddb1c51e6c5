import type { Place } from '../../scheduler-sdk/index.js';
import type { InstanceState, InstanceView, JobView, Submission } from './cli/api.js';

/** One of the tasks that a job asks for, over all its attempts. */
export interface Instance {
  readonly index: number;
  /** Number of the current attempt, the last one if none is under way; 0 before the first launch. */
  readonly attempt: number;
  /** Attempts that failed or were lost, which is what `retries` bounds. */
  readonly failures: number;
  /** Launches in a row that an agent dropped for a cause of its own. */
  readonly drops: number;
  /** Launches in a row that were lost on their way to an agent. */
  readonly strays: number;
  /** While it waits: not before then, in ms since the epoch. */
  readonly nextTryAtMs?: number;
  readonly state: InstanceState;
  /** The version of the job that this instance changed with. */
  readonly version: number;
  /** Somebody wants it dead: it is not started again, however its task ends. */
  readonly unwanted?: true;
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

/** How many instances are in each state; states without one are left out. */
export type StateCounts = Readonly<Partial<Record<InstanceState, number>>>;

/** A submission and what became of it. Immutable: every change makes a new one with a higher version. */
export interface Job {
  readonly id: string;
  readonly submission: Submission;
  /** Milliseconds since the epoch. */
  readonly submittedAtMs: number;
  /** Somebody wants it dead: no instance is started any more. */
  readonly killed: boolean;
  readonly version: number;
  readonly instances: readonly Instance[];
  readonly counts: StateCounts;
}

/**
 * The version that a job begins with when it is submitted or read back: microseconds since the epoch, so that versions
 * grow across restarts of this process although they are not stored.
 */
export const firstVersion = (nowMs: number): number => Math.floor(nowMs * 1_000);

/** A job as submitted: every instance waits. */
export function createJob(id: string, submission: Submission, submittedAtMs: number): Job {
  const version = firstVersion(submittedAtMs);
  const instances = Array.from({ length: submission.count }, (_, index) => newInstance(index, version));
  return { id, submission, submittedAtMs, killed: false, version, instances, counts: countStates(instances) };
}

/** An instance that was never tried. */
export function newInstance(index: number, version: number): Instance {
  return { index, attempt: 0, failures: 0, drops: 0, strays: 0, state: 'waiting', version };
}

/** The job with one instance replaced. */
export function withInstance(job: Job, instance: Instance): Job {
  const version = job.version + 1;
  const before = job.instances[instance.index]?.state;
  const instances = job.instances.with(instance.index, { ...instance, version });
  return { ...job, version, instances, counts: recount(job.counts, before, instance.state) };
}

/** The job with no instance left to start: those that wait are killed at once, the others when their tasks end. */
export function withKill(job: Job): Job {
  const version = job.version + 1;
  const instances = job.instances.map((instance) =>
    instance.state === 'waiting' ? { ...killedWhileWaiting(instance), version } : instance,
  );
  return { ...job, killed: true, version, instances, counts: countStates(instances) };
}

/** An instance that is killed before it was placed. */
export function killedWhileWaiting({ nextTryAtMs: _wait, ...instance }: Instance): Instance {
  return { ...instance, unwanted: true, state: 'killed', message: 'Killed before it was placed' };
}

/** The id of an instance, and of its first task: `job.3`; of further attempts: `job.3-2`, `job.3-3`, ... */
export function taskIdOf(jobId: string, index: number, attempt: number): string {
  return attempt <= 1 ? `${jobId}.${index}` : `${jobId}.${index}-${attempt}`;
}

/** Whether a task of the instance may be alive. */
export const isActive = ({ state }: Instance): boolean => state === 'launching' || state === 'running';

/** Instances by state. */
export function countStates(instances: readonly Instance[]): StateCounts {
  const counts: Partial<Record<InstanceState, number>> = {};
  for (const { state } of instances) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function recount(counts: StateCounts, before: InstanceState | undefined, after: InstanceState): StateCounts {
  const changed = { ...counts, [after]: (counts[after] ?? 0) + 1 };
  if (before === undefined) return changed;
  const left = (changed[before] ?? 0) - 1;
  if (left > 0) return { ...changed, [before]: left };
  const { [before]: _none, ...others } = changed;
  return others;
}

/** What a job is as a whole: running while anything may change, then the worst of its instances. */
export function stateOfJob({ counts, instances }: Pick<Job, 'counts' | 'instances'>): JobView['state'] {
  const { waiting = 0, launching = 0, running = 0, failed = 0, lost = 0, killed = 0 } = counts;
  if (waiting === instances.length) return 'waiting';
  if (waiting + launching + running > 0) return 'running';
  if (failed + lost > 0) return 'failed';
  return killed > 0 ? 'killed' : 'finished';
}

/** Whether nothing of the job will change any more. */
export function isOver(job: Job): boolean {
  const state = stateOfJob(job);
  return state !== 'waiting' && state !== 'running';
}

/** The job as the API shows it, with the instances that changed after version `since`; without it, with none. */
export function toJobView(job: Job, frameworkId: string | undefined, since?: number): JobView {
  const view: JobView = {
    id: job.id,
    name: job.submission.name,
    version: job.version,
    state: stateOfJob(job),
    submittedAtMs: job.submittedAtMs,
    counts: job.counts,
    submission: job.submission,
    ...(frameworkId === undefined ? {} : { frameworkId }),
  };
  if (since === undefined) return view;
  return { ...view, instances: job.instances.filter(({ version }) => version > since).map(toInstanceView) };
}

function toInstanceView(all: Instance): InstanceView {
  const { place, failures: _f, drops: _d, strays: _s, version: _v, unwanted: _u, ...instance } = all;
  return { ...instance, ...(place === undefined ? {} : { agentId: place.agentId, host: place.hostname }) };
}
