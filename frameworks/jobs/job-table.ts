import type { Submission } from './cli/api.js';
import { createJob, type Instance, isOver, type Job, withInstance } from './job.js';

/** Ended jobs that are remembered; older ones are forgotten. */
export const ENDED_JOBS_KEPT = 1_000;

/** Every job, with the indexes that keep the work per event small. */
export class JobTable {
  /** By id, in the order of submission. */
  readonly #jobs = new Map<string, Job>();
  readonly #byToken = new Map<string, string>();
  /** Task id of a current attempt to its instance. */
  readonly #byTask = new Map<string, readonly [jobId: string, index: number]>();
  /** Ids of jobs that are being written. */
  readonly #reserved = new Set<string>();
  /** Ids of jobs with instances that wait, in the order of submission. */
  readonly #waiting = new Set<string>();

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  /** The oldest first. */
  all(): Iterable<Job> {
    return this.#jobs.values();
  }

  /** Jobs with instances that wait, the oldest first. */
  *waiting(): Iterable<Job> {
    for (const id of this.#waiting) {
      const job = this.#jobs.get(id);
      if (job !== undefined) yield job;
    }
  }

  /** Instances that wait, over all jobs. */
  countWaiting(): number {
    let waiting = 0;
    for (const { counts } of this.waiting()) waiting += counts.waiting ?? 0;
    return waiting;
  }

  /** The job that was submitted with this token. */
  withToken(token: string): Job | undefined {
    const id = this.#byToken.get(token);
    return id === undefined ? undefined : this.#jobs.get(id);
  }

  /** The job and instance whose current attempt is this task. */
  ofTask(taskId: string): readonly [Job, Instance] | undefined {
    const found = this.#byTask.get(taskId);
    const job = found === undefined ? undefined : this.#jobs.get(found[0]);
    const instance = job?.instances[found?.[1] ?? -1];
    return job === undefined || instance === undefined ? undefined : [job, instance];
  }

  /** A new job under its name, or under `name-2`, `name-3`, ... when that is taken. Not yet in the table. */
  draft(submission: Submission, nowMs: number): Job {
    let id = submission.name;
    for (let n = 2; this.#jobs.has(id) || this.#reserved.has(id); n++) id = `${submission.name}-${n}`;
    return createJob(id, submission, nowMs);
  }

  /** Keeps an id from being given twice while its job is being written. */
  reserve(id: string): void {
    this.#reserved.add(id);
  }

  release(id: string): void {
    this.#reserved.delete(id);
  }

  /** Puts a job in, or replaces the version before it. */
  put(job: Job): void {
    this.#jobs.set(job.id, job);
    this.#byToken.set(job.submission.token, job.id);
    for (const { taskId, index } of job.instances) if (taskId !== undefined) this.#byTask.set(taskId, [job.id, index]);
    this.#noteWaiting(job);
  }

  /** Replaces one instance. */
  putInstance(job: Job, instance: Instance): Job {
    const before = job.instances[instance.index];
    const next = withInstance(job, instance);
    this.#jobs.set(job.id, next);
    if (before?.taskId !== undefined && before.taskId !== instance.taskId) this.#byTask.delete(before.taskId);
    if (instance.taskId !== undefined) this.#byTask.set(instance.taskId, [job.id, instance.index]);
    this.#noteWaiting(next);
    return next;
  }

  remove(job: Job): void {
    this.#jobs.delete(job.id);
    this.#byToken.delete(job.submission.token);
    this.#waiting.delete(job.id);
    for (const { taskId } of job.instances) if (taskId !== undefined) this.#byTask.delete(taskId);
  }

  /** Ended jobs beyond what is remembered, the oldest first. */
  surplus(kept = ENDED_JOBS_KEPT): Job[] {
    if (this.#jobs.size <= kept) return [];
    const ended = [...this.#jobs.values()].filter(isOver);
    return ended.slice(0, Math.max(0, ended.length - kept));
  }

  #noteWaiting(job: Job): void {
    if ((job.counts.waiting ?? 0) > 0) this.#waiting.add(job.id);
    else this.#waiting.delete(job.id);
  }
}
