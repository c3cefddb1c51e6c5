import type { Clock } from '../../common/runtime/clock.js';
import { CodedError } from '../../common/runtime/errors.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { Store, StoreChange } from '../../common/store/store.js';
import type { Offer } from '../../proto/index.js';
import {
  match,
  type Placement,
  type Requirement,
  type SchedulerClient,
  type SchedulerHandler,
  type TaskUpdate,
} from '../../scheduler-sdk/index.js';
import { AgentsSeen } from './agents-seen.js';
import { applyStatus } from './apply-status.js';
import type { Explanation, Submission } from './cli/api.js';
import { explainJob, peersOf } from './explain-job.js';
import { type Instance, isActive, type Job, withKill } from './job.js';
import { JobTable } from './job-table.js';
import { needsOf, requirementOf, taskOf } from './launch.js';
import { deleteJob, JOBS_PREFIX, putHead, putInstance, readJobs } from './records.js';

/** What the scheduler needs from outside. `store` is the one that the SDK's client writes to as well. */
export interface JobsPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Store;
}

/** Instances tried at once: enough to fill a large cluster, few enough to keep a turn short. */
const MATCHED_AT_ONCE = 2_000;
/** How long an offer that nothing fits is not wanted again, in seconds; a new submission revives at once. */
const REFUSE_SECONDS = 5;
/** The most instances that may wait: beyond it submissions are refused. */
const WAITING_MOST = 1_000_000;

/**
 * Runs submissions. A job is durable before it is answered, a launch before it is sent, an outcome before it is
 * acknowledged: the SDK writes our record in the same batch as its own, so no death in between loses or doubles one.
 */
export class JobsScheduler implements SchedulerHandler {
  readonly #ports: JobsPorts;
  readonly #table = new JobTable();
  readonly #agents = new AgentsSeen();
  /** Who waits for a submission to be durable, by its token. */
  readonly #submitting = new Map<string, Array<(outcome: Job | Error) => void>>();
  readonly #listeners = new Map<string, Set<() => void>>();
  #client: SchedulerClient | undefined;
  #connected = false;

  constructor(ports: JobsPorts) {
    this.#ports = ports;
  }

  /** Reads what was submitted earlier; then `attach` a client and start it. */
  load(done: (error?: Error) => void): void {
    this.#ports.store.read(JOBS_PREFIX, (outcome) => {
      if (outcome instanceof Error) return done(outcome);
      try {
        for (const job of readJobs(outcome)) this.#table.put(job);
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  attach(client: SchedulerClient): void {
    this.#client = client;
  }

  // --- what the API asks ---

  get frameworkId(): string | undefined {
    return this.#client?.frameworkId;
  }

  /** Whether a master is heard. */
  get connected(): boolean {
    return this.#connected;
  }

  /** The newest first. */
  jobs(): Job[] {
    return [...this.#table.all()].reverse();
  }

  job(id: string): Job | undefined {
    return this.#table.get(id);
  }

  /**
   * Stores a submission; `done` gets the job when it is durable. The token of an earlier one gives that one, also while
   * it is still being written.
   */
  submit(submission: Submission, done: (outcome: Job | Error) => void): void {
    const { token } = submission;
    const underWay = this.#submitting.get(token);
    const known = this.#table.withToken(token);
    if (underWay !== undefined) underWay.push(done);
    else if (known !== undefined) done(known);
    else if (this.#waitingInstances() + submission.count > WAITING_MOST) done(tooMany());
    else this.#admit(submission, done);
  }

  /** Ends a job: what waits is not started, what runs is killed. `done` when the wish is durable. */
  killJob(job: Job, done: (error?: Error) => void): void {
    const killed = withKill(job);
    const changed = killed.instances.filter((instance, at) => instance !== job.instances[at]);
    this.#ports.store.write([putHead(killed), ...changed.map((instance) => putInstance(job.id, instance))], (error) => {
      if (error !== undefined) return done(error);
      const latest = this.#table.get(job.id);
      if (latest !== undefined) this.#table.put(withKill(latest));
      for (const { taskId, ...instance } of this.#table.get(job.id)?.instances ?? [])
        if (taskId !== undefined && isActive(instance)) this.#client?.kill(taskId);
      this.#changed(job.id);
      done();
    });
  }

  /** Kills the current attempt of one instance, which is not started again. False when no such task is alive here. */
  killTask(taskId: string): boolean {
    const found = this.#table.ofTask(taskId);
    if (found === undefined || !isActive(found[1])) return false;
    this.#client?.kill(taskId);
    return true;
  }

  /** Why a task or job is not placed; undefined when there is none of that id. */
  explain(id: string): Explanation | undefined {
    const whole = this.#table.get(id);
    if (whole !== undefined) return explainJob(id, whole, undefined, this.#agents.latest(), this.#connected);
    const [, jobId, index] = /^(.+)\.(\d+)(?:-\d+)?$/.exec(id) ?? [];
    const job = this.#table.get(jobId ?? '');
    const instance = job?.instances[Number(index)];
    if (job === undefined || instance === undefined) return undefined;
    return explainJob(id, job, instance, this.#agents.latest(), this.#connected);
  }

  /** Calls `listener` once, at the job's next change. Returns how to stop listening. */
  onChange(jobId: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(jobId) ?? new Set();
    this.#listeners.set(jobId, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  // --- what the master tells ---

  subscribed(): void {
    this.#connected = true;
    this.#wantOffersOrNot();
  }

  disconnected(): void {
    this.#connected = false;
  }

  failure({ agentId, executorId }: { agentId: string | undefined; executorId: string | undefined }): void {
    if (agentId !== undefined && executorId === undefined) this.#agents.lost(agentId);
  }

  offers(offers: readonly Offer[]): void {
    const client = this.#client;
    if (client === undefined) return;
    this.#agents.offered(offers);
    const wanted = this.#requirements();
    const requirements = wanted.map(([, , requirement]) => requirement);
    const byRequirement = new Map(wanted.map(([job, instance, { id }]) => [id, [job.id, instance.index] as const]));
    const peers = new Map([...new Set(wanted.map(([job]) => job))].map((job) => [job.id, peersOf(job)]));
    const { placements, unused } = match(requirements, offers, { peers });
    for (const placement of placements) this.#launch(client, placement, byRequirement);
    client.decline(unused, REFUSE_SECONDS);
    this.#wantOffersOrNot();
  }

  update({ status, confirm }: TaskUpdate): void {
    const found = this.#table.ofTask(status.taskId.value);
    if (found === undefined) {
      confirm(); // of a job that is forgotten
      return;
    }
    const [job, before] = found;
    const after = applyStatus(job, before, status);
    this.#table.putInstance(job, after);
    confirm([putInstance(job.id, after)]);
    this.#changed(job.id);
    if (after.state === 'waiting') this.#client?.revive();
  }

  // --- steps ---

  #admit(submission: Submission, done: (outcome: Job | Error) => void): void {
    const askers = [done];
    this.#submitting.set(submission.token, askers);
    const job = this.#table.draft(submission, this.#ports.clock.wallMs());
    this.#table.reserve(job.id);
    const surplus = this.#table.surplus();
    this.#ports.store.write([putHead(job), ...surplus.flatMap(deleteJob)], (error) => {
      this.#submitting.delete(submission.token);
      this.#table.release(job.id);
      if (error === undefined) this.#admitted(job, surplus);
      for (const tell of askers) tell(error ?? job);
    });
  }

  #admitted(job: Job, surplus: readonly Job[]): void {
    for (const ended of surplus) this.#table.remove(ended);
    this.#table.put(job);
    this.#ports.log.info('Job submitted', { job: job.id, count: job.submission.count });
    this.#client?.revive();
  }

  #waitingInstances(): number {
    let waiting = 0;
    for (const { instances } of this.#table.waiting()) waiting += instances.length;
    return waiting;
  }

  #requirements(): Array<readonly [Job, Instance, Requirement]> {
    const wanted: Array<readonly [Job, Instance, Requirement]> = [];
    for (const job of this.#table.waiting()) {
      const needs = needsOf(job.submission);
      for (const instance of job.instances) {
        if (instance.state !== 'waiting') continue;
        wanted.push([job, instance, requirementOf(job, instance, needs)]);
        if (wanted.length >= MATCHED_AT_ONCE) return wanted;
      }
    }
    return wanted;
  }

  #launch(
    client: SchedulerClient,
    placement: Placement,
    byRequirement: ReadonlyMap<string, readonly [jobId: string, index: number]>,
  ): void {
    const own: StoreChange[] = [];
    const tasks = placement.launches.flatMap((launch) => {
      const [jobId, index] = byRequirement.get(launch.requirement.id) ?? ['', -1];
      const job = this.#table.get(jobId);
      const instance = job?.instances[index];
      if (job === undefined || instance === undefined) return [];
      const { url } = placement.offers[0] ?? {};
      const launching: Instance = {
        index,
        attempt: instance.attempt + 1,
        failures: instance.failures,
        state: 'launching',
        taskId: launch.requirement.id,
        place: launch.place,
        ...(url == null ? {} : { agentAddress: `${url.address.ip ?? url.address.hostname ?? ''}:${url.address.port}` }),
      };
      own.push(putInstance(jobId, launching));
      this.#table.putInstance(job, launching);
      this.#changed(jobId);
      return [taskOf(job, launch)];
    });
    this.#agents.launched(placement);
    client.launch(placement.offers, tasks, { own, refuseSeconds: 0 });
  }

  /** Offers are only held while something waits, so that other frameworks get them. */
  #wantOffersOrNot(): void {
    if (!this.#table.anyWaiting) this.#client?.suppress();
  }

  #changed(jobId: string): void {
    const listeners = this.#listeners.get(jobId);
    if (listeners === undefined) return;
    this.#listeners.delete(jobId);
    for (const listener of listeners) listener();
  }
}

function tooMany(): CodedError {
  return new CodedError(
    'LIMIT',
    `Cannot take the job: more than ${WAITING_MOST} instances would wait; try again when some have been placed`,
  );
}
