import type { Clock } from '../../common/runtime/clock.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { Random } from '../../common/runtime/random.js';
import type { Store } from '../../common/store/store.js';
import { mesos, type Offer } from '../../proto/index.js';
import {
  type Launch,
  match,
  type Placement,
  type Requirement,
  type SchedulerClient,
  type SchedulerHandler,
  type TaskUpdate,
} from '../../scheduler-sdk/index.js';
import { Admission, type Admitted } from './admission.js';
import { AgentsSeen } from './agents-seen.js';
import { applyStatus } from './apply-status.js';
import { BackOffs } from './back-offs.js';
import type { Explanation, Submission } from './cli/api.js';
import { explainJob, peersOf } from './explain-job.js';
import { type Instance, isActive, type Job, killedWhileWaiting, taskIdOf, withKill } from './job.js';
import { JobTable } from './job-table.js';
import { needsOf, requirementOf, taskOf } from './launch.js';
import { JOBS_PREFIX, putHead, putInstance, readJobs } from './records.js';
import { RESTART_BOUNDS, restartDelayMs } from './restart-delay.js';

/** What the scheduler needs from outside. `store` is the one that the SDK's client writes to as well. */
export interface JobsPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly store: Store;
}

/** Instances tried at once: enough to fill a large cluster, few enough to keep a turn short. */
const MATCHED_AT_ONCE = 2_000;
/** How long an offer that nothing fits is not wanted again, in seconds; a new submission revives at once. */
const REFUSE_SECONDS = 5;

/** An attempt that wants a place. */
interface Wish {
  readonly jobId: string;
  readonly index: number;
  readonly attempt: number;
  readonly requirement: Requirement;
}

/**
 * Runs submissions. A job is durable before it is answered, a launch before it is sent, an outcome before it is
 * acknowledged: the SDK writes our record in the same batch as its own, so no death in between loses or doubles one.
 */
export class JobsScheduler implements SchedulerHandler {
  readonly #ports: JobsPorts;
  readonly #table = new JobTable();
  readonly #agents = new AgentsSeen();
  readonly #admission: Admission;
  readonly #backOffs: BackOffs;
  readonly #listeners = new Map<string, Set<() => void>>();
  #client: SchedulerClient | undefined;
  #connected = false;

  constructor(ports: JobsPorts) {
    this.#ports = ports;
    this.#admission = new Admission({ ...ports, table: this.#table, admitted: (job) => this.#admitted(job) });
    this.#backOffs = new BackOffs(ports.clock, () => this.#client?.revive());
  }

  /** Reads what was submitted earlier; then `attach` a client and start it. */
  load(done: (error?: Error) => void): void {
    this.#ports.store.read(JOBS_PREFIX, (outcome) => {
      if (outcome instanceof Error) return done(outcome);
      try {
        for (const job of readJobs(outcome, this.#ports.clock.wallMs())) {
          this.#table.put(job);
          for (const instance of job.instances) this.#delay(job.id, instance);
        }
      } catch (error) {
        return done(error instanceof Error ? error : new Error(String(error)));
      }
      done();
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

  /** The job and instance of a task's id: of its current attempt, of an earlier one, or of one that still waits. */
  instance(taskId: string): readonly [Job, Instance] | undefined {
    const [, jobId = '', index] = /^(.+)\.(\d+)(?:-\d+)?$/.exec(taskId) ?? [];
    const job = this.#table.get(jobId);
    const instance = job?.instances[Number(index)];
    return job === undefined || instance === undefined ? undefined : [job, instance];
  }

  /** See `Admission`. */
  submit(submission: Submission, done: (outcome: Admitted | Error) => void): void {
    this.#admission.submit(submission, done);
  }

  /** Ends a job: what waits is not started, what runs is killed. `done` when the wish is durable. */
  killJob(job: Job, done: (error?: Error) => void): void {
    const killed = withKill(job);
    for (const { index } of job.instances) this.#backOffs.delete(job.id, index);
    this.#table.put(killed);
    this.#ports.store.write([putHead(killed)], (error) => {
      if (error !== undefined) return done(error);
      for (const instance of this.#table.get(job.id)?.instances ?? []) this.#killTaskOf(instance);
      done();
    });
    this.#changed(job.id);
    this.#suppressIfIdle();
  }

  /** Ends one instance: it is not started again, and its task is killed. `done` when the wish is durable. */
  killInstance(job: Job, instance: Instance, done: (error?: Error) => void): void {
    const unwanted: Instance =
      instance.state === 'waiting' ? killedWhileWaiting(instance) : { ...instance, unwanted: true };
    this.#backOffs.delete(job.id, instance.index);
    this.#table.putInstance(job, unwanted);
    this.#ports.store.write([putInstance(job.id, unwanted)], (error) => {
      if (error !== undefined) return done(error);
      const latest = this.#table.get(job.id)?.instances[instance.index];
      if (latest !== undefined) this.#killTaskOf(latest);
      done();
    });
    this.#changed(job.id);
    this.#suppressIfIdle();
  }

  /** Why a task or job is not placed; undefined when there is none of that id. */
  explain(id: string): Explanation | undefined {
    const whole = this.#table.get(id);
    const [job, instance] = whole === undefined ? (this.instance(id) ?? []) : [whole];
    const world = { offers: this.#agents.latest(), connected: this.#connected, wallMs: this.#ports.clock.wallMs() };
    return job && explainJob(id, job, instance, world);
  }

  /** Calls `listener` once, at the job's next change. Returns how to stop listening. */
  onChange(jobId: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(jobId) ?? new Set();
    this.#listeners.set(jobId, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(jobId) === listeners) this.#listeners.delete(jobId);
    };
  }

  // --- what the master tells ---

  subscribed(): void {
    this.#connected = true;
    this.#suppressIfIdle();
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
    const wishes = this.#wishes(client);
    const requirements = wishes.map(({ requirement }) => requirement);
    const { placements, unused } = match(requirements, offers, { peers: this.#peers(wishes) });
    const byTask = new Map(wishes.map((wish) => [wish.requirement.id, wish]));
    for (const placement of placements) this.#launch(client, placement, byTask);
    client.decline(unused, REFUSE_SECONDS);
    this.#suppressIfIdle();
  }

  update({ status, confirm }: TaskUpdate): void {
    const found = this.#table.ofTask(status.taskId.value);
    if (found === undefined) {
      // Of a job that is forgotten, or of an attempt that was given up for lost and has been replaced.
      confirm();
      if (!hasEnded(status.state)) this.#client?.kill(status.taskId.value);
      return;
    }
    const [job, before] = found;
    const after = applyStatus(job, before, status, (setbacks) => this.#nextTry(setbacks));
    this.#table.putInstance(job, after);
    confirm([putInstance(job.id, after)]);
    this.#changed(job.id);
    if (after.state === 'waiting' && !this.#delay(job.id, after)) this.#client?.revive();
  }

  // --- steps ---

  #admitted(job: Job): void {
    this.#ports.log.info('Job submitted', { job: job.id, count: job.submission.count });
    this.#client?.revive();
  }

  #nextTry(setbacks: number): number | undefined {
    const delayMs = restartDelayMs(setbacks, this.#ports.random);
    return delayMs === 0 ? undefined : this.#ports.clock.wallMs() + delayMs;
  }

  /** Keeps a waiting instance from being tried before its time. Whether there is anything to wait for. */
  #delay(jobId: string, { state, index, nextTryAtMs }: Instance): boolean {
    if (state !== 'waiting' || nextTryAtMs === undefined) return false;
    const delayMs = Math.min(RESTART_BOUNDS.mostMs, nextTryAtMs - this.#ports.clock.wallMs());
    if (delayMs <= 0) return false;
    this.#backOffs.add(jobId, index, delayMs);
    return true;
  }

  #killTaskOf(instance: Instance): void {
    if (instance.taskId !== undefined && isActive(instance)) this.#client?.kill(instance.taskId);
  }

  #wishes(client: SchedulerClient): Wish[] {
    const wishes: Wish[] = [];
    for (const job of this.#table.waiting()) {
      const needs = needsOf(job.submission);
      for (const { index, state, attempt: before } of job.instances) {
        if (state !== 'waiting' || this.#backOffs.has(job.id, index)) continue;
        let attempt = before + 1;
        // A job of the same name may have been forgotten while the SDK still remembers its tasks.
        while (client.tasks.has(taskIdOf(job.id, index, attempt))) attempt++;
        const requirement = requirementOf(job, taskIdOf(job.id, index, attempt), needs);
        wishes.push({ jobId: job.id, index, attempt, requirement });
        if (wishes.length >= MATCHED_AT_ONCE) return wishes;
      }
    }
    return wishes;
  }

  #peers(wishes: readonly Wish[]): Map<string, ReturnType<typeof peersOf>> {
    const ids = [...new Set(wishes.map(({ jobId }) => jobId))];
    return new Map(
      ids.map((id) => {
        const job = this.#table.get(id);
        return [id, job === undefined ? [] : peersOf(job)];
      }),
    );
  }

  #launch(client: SchedulerClient, placement: Placement, byTask: ReadonlyMap<string, Wish>): void {
    const launched = placement.launches.flatMap((launch) => {
      const wish = byTask.get(launch.requirement.id);
      const job = wish && this.#table.get(wish.jobId);
      const instance = wish && job?.instances[wish.index];
      if (wish === undefined || job === undefined || instance === undefined) return [];
      const launching = launchingInstance(instance, wish.attempt, launch, placement);
      this.#table.putInstance(job, launching);
      this.#changed(job.id);
      return [{ task: taskOf(job, launch), own: putInstance(job.id, launching) }];
    });
    this.#agents.launched(placement);
    const [tasks, own] = [launched.map(({ task }) => task), launched.map((each) => each.own)];
    client.launch(placement.offers, tasks, { own, refuseSeconds: 0 });
  }

  /** Offers are only held while something may be placed, so that other frameworks get them. */
  #suppressIfIdle(): void {
    if (this.#table.countWaiting() <= this.#backOffs.size) this.#client?.suppress();
  }

  #changed(jobId: string): void {
    const listeners = this.#listeners.get(jobId);
    if (listeners === undefined) return;
    this.#listeners.delete(jobId);
    for (const listener of listeners) listener();
  }
}

function launchingInstance(before: Instance, attempt: number, launch: Launch, { offers }: Placement): Instance {
  const { index, failures, drops, strays, version } = before;
  const address = offers[0]?.url?.address;
  return {
    index,
    attempt,
    failures,
    drops,
    strays,
    version,
    state: 'launching',
    taskId: launch.requirement.id,
    place: launch.place,
    ...(address == null ? {} : { agentAddress: `${address.ip ?? address.hostname ?? ''}:${address.port}` }),
  };
}

/** Whether a kill would come too late. */
function hasEnded(state: mesos.v1.TaskState): boolean {
  const { TASK_STAGING, TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_UNREACHABLE } = mesos.v1.TaskState;
  return ![TASK_STAGING, TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_UNREACHABLE].some((live) => live === state);
}
