import type { Watch } from '../../common/coordination/detector.js';
import type { Dialer } from '../../common/link.js';
import { Backoff } from '../../common/runtime/backoff.js';
import type { Clock, Timer } from '../../common/runtime/clock.js';
import { CodedError } from '../../common/runtime/errors.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { Random } from '../../common/runtime/random.js';
import type { StoreChange } from '../../common/store/store.js';
import {
  type FrameworkInfo,
  type KillPolicy,
  mesos,
  type OfferOperation,
  type SchedulerCall,
  type SchedulerEvent,
  type TaskInfo,
  type TaskStatus,
} from '../../proto/index.js';
import type { FrameworkMemory, FrameworkStore } from '../store/framework-store.js';
import { isTerminal, type LaunchedTask, stateOf } from '../store/launched-task.js';
import * as calls from './calls.js';
import { type ClientState, moveClient } from './client-state.js';
import { dispatchEvent } from './dispatch-event.js';
import { EventStream } from './event-stream.js';
import { failureOf } from './failure.js';
import type { FailureKind, SchedulerHandler } from './handler.js';
import type { CallRefused, SchedulerInbound } from './inbound.js';
import type { MasterSource } from './master-list.js';
import { notLaunched } from './not-launched.js';
import { type CheckedOptions, checkOptions, type SchedulerOptions } from './options.js';
import { Reconciler } from './reconciler.js';
import { TaskTable } from './task-table.js';
import { UpdateInbox } from './update-inbox.js';

/** All that a client needs from outside; with a virtual clock and a scripted dialer it runs under test. */
export interface SchedulerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Finds the leader: `masterList` for fixed addresses, or ZooKeeper. */
  readonly detector: MasterSource;
  readonly dialer: Dialer<SchedulerCall, SchedulerInbound>;
  readonly store: FrameworkStore;
}

/** How to answer offers. */
export interface AcceptOptions {
  /** How long what is left of the offers shall not be offered again. Default: the master's 5 s. */
  readonly refuseSeconds?: number | undefined;
  /** Records of the author's to write in the batch that records the launch. */
  readonly own?: readonly StoreChange[] | undefined;
}

/** How to stop. */
export interface StopOptions {
  /** Tear the framework down: the master kills its tasks and forgets it. Default false: tasks go on, for a comeback. */
  readonly teardown?: boolean | undefined;
}

const REDIAL = { firstMs: 1_000, mostMs: 15_000 };
/** Added to each wait, which may be drawn as 0. */
const LEAST_REDIAL_MS = 100;
/** A kill can be lost with an agent's connection; it is repeated as long as the task lives. */
const KILL_REPEAT_MS = 30_000;
/** It is under way, or there is nothing to kill. */
const KILL_IS_VAIN: ReadonlySet<mesos.v1.TaskState> = new Set([
  mesos.v1.TaskState.TASK_KILLING,
  mesos.v1.TaskState.TASK_UNKNOWN,
  mesos.v1.TaskState.TASK_GONE_BY_OPERATOR,
]);
/** How long a teardown waits for a master to hear it. */
const TEARDOWN_PATIENCE_MS = 10_000;

/**
 * A framework's side of the conversation with the master. Deterministic: everything outside comes through the ports,
 * and all it does happens inside their callbacks. It finds the leader, subscribes under the id it had before, notices
 * silence, comes back, finds out what became of its tasks, and loses no update: see `SchedulerHandler`.
 *
 * Calls made while not subscribed are dropped, as a broken connection would have done: kills and suppressions are
 * remembered and repeated, launches are reported as TASK_DROPPED, and offers are void anyway.
 */
export class SchedulerClient {
  readonly #ports: SchedulerPorts;
  readonly #options: CheckedOptions;
  readonly #handler: SchedulerHandler;
  readonly #tasks: TaskTable;
  readonly #inbox: UpdateInbox;
  readonly #reconciler: Reconciler;
  readonly #suppressed: Set<string>;
  #framework: FrameworkInfo;
  #state: ClientState = 'idle';
  #sinceMs: number;
  #frameworkId: string | undefined;
  /** Whether the store has the id. */
  #recorded = false;
  #leader: string | undefined;
  #watch: Watch | undefined;
  #stream: EventStream | undefined;
  #redial: Timer | undefined;
  readonly #backoff: Backoff;
  #killTimer: Timer | undefined;
  /** Events that arrived while the framework id was being written down. */
  #held: SchedulerEvent[] = [];
  #teardownDone: ((error?: CodedError) => void) | undefined;
  #teardownSent = false;

  /** Throws `BAD_INPUT` when the options are wrong. */
  constructor(ports: SchedulerPorts, options: SchedulerOptions, handler: SchedulerHandler) {
    this.#ports = ports;
    this.#options = checkOptions(options);
    this.#sinceMs = ports.clock.nowMs();
    this.#handler = handler;
    this.#framework = this.#options.framework;
    this.#suppressed = new Set(this.#options.suppressedRoles);
    this.#backoff = new Backoff(REDIAL, ports.random);
    const broken = (error: Error) => this.#storeFailed(error);
    this.#tasks = new TaskTable(ports.store, ports.clock, this.#options.endedTasksKept, broken);
    this.#inbox = new UpdateInbox({
      tasks: this.#tasks,
      log: ports.log,
      deliver: (update) => (handler.update ? handler.update(update) : update.confirm()),
      acknowledge: (status) => this.#send(calls.acknowledge(status)),
    });
    this.#reconciler = new Reconciler(
      {
        clock: ports.clock,
        random: ports.random,
        unfinished: () => this.#tasks.unfinished(),
        ask: (tasks) => this.#send(calls.reconcile(tasks)),
        settled: () => this.#guard(() => handler.reconciled?.()),
      },
      this.#options.reconcileIntervalMs,
    );
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Absent before the first subscription. */
  get frameworkId(): string | undefined {
    return this.#frameworkId;
  }

  /** The leader last heard of, `host:port`. */
  get leader(): string | undefined {
    return this.#leader;
  }

  /** By task id: those that run or will, and the latest that ended; survives restarts of this process. */
  get tasks(): ReadonlyMap<string, LaunchedTask> {
    return this.#tasks.all;
  }

  // --- life ---

  /** Reads the store, then looks for the master. To be called once. */
  start(): void {
    this.#move('loading');
    this.#ports.store.load((outcome) => this.#loaded(outcome));
  }

  /** Ends the conversation; `done` is told at once, or after a teardown, with an error when that reached no master. */
  stop({ teardown = false }: StopOptions = {}, done: (error?: CodedError) => void = () => {}): void {
    if (this.#state === 'stopped' || this.#state === 'failed' || this.#teardownDone !== undefined) {
      done();
      return;
    }
    if (teardown && this.#state !== 'idle') {
      this.#tearDown(done);
      return;
    }
    this.#stopped();
    done();
  }

  // --- calls ---

  /**
   * Uses offers. Tasks among the operations are written down before the ACCEPT leaves. Throws `BAD_INPUT` when a task
   * id is in use. Offers of one agent only.
   */
  accept(
    offers: readonly calls.OfferRef[],
    operations: readonly OfferOperation[],
    { refuseSeconds, own = [] }: AcceptOptions = {},
  ): void {
    const infos = calls.tasksOf(operations);
    this.#refuseKnownIds(infos);
    const call = calls.accept(offers, operations, refuseSeconds);
    const stream = this.#stream;
    if (infos.length === 0 && own.length === 0) this.#send(call);
    else this.#tasks.launch(infos, own, () => this.#launchRecorded(call, infos, stream));
  }

  /** Launches command tasks, or tasks with an executor of their own, on one agent. See `accept`. */
  launch(offers: readonly calls.OfferRef[], tasks: readonly TaskInfo[], options?: AcceptOptions): void {
    this.accept(offers, [calls.launchOperation(tasks)], options);
  }

  /** Gives offers back. `refuseSeconds`: how long not to be offered the same again; default the master's 5 s. */
  decline(offers: readonly calls.OfferRef[], refuseSeconds?: number): void {
    if (offers.length > 0) this.#send(calls.decline(offers, refuseSeconds));
  }

  /** Asks for offers again and clears refusals; no roles means all. */
  revive(roles: readonly string[] = []): void {
    for (const role of roles.length > 0 ? roles : [...this.#suppressed]) this.#suppressed.delete(role);
    this.#send(calls.revive(roles));
  }

  /** Wants no offers until revived, across reconnections; no roles means all. */
  suppress(roles: readonly string[] = []): void {
    for (const role of roles.length > 0 ? roles : (this.#framework.roles ?? [])) this.#suppressed.add(role);
    this.#send(calls.suppress(roles));
  }

  /**
   * Wants a task dead. Remembered, across restarts too, and repeated until the task has ended; for a task that this
   * framework does not remember it is sent once.
   */
  kill(taskId: string, policy?: KillPolicy): void {
    const known = this.#tasks.all.get(taskId);
    if (known && isTerminal(stateOf(known))) return;
    if (known) this.#tasks.wantKill(known, policy);
    // The master cannot know it yet: the kill follows the ACCEPT.
    if (!this.#tasks.isLaunching(taskId)) this.#send(calls.kill(known ?? { taskId }, policy));
  }

  /** Stops an executor and all its tasks. */
  shutdownExecutor(executorId: string, agentId: string): void {
    this.#send(calls.shutdownExecutor(executorId, agentId));
  }

  /** Sends bytes to an executor; may be lost. */
  message(executorId: string, agentId: string, data: Uint8Array): void {
    this.#send(calls.message(executorId, agentId, data));
  }

  /** Starts a round of reconciliation now, rather than at its time. */
  reconcile(): void {
    if (this.#state === 'subscribed') this.#reconciler.begin();
  }

  acknowledgeOperation(status: mesos.v1.OperationStatus.$Properties): void {
    this.#send(calls.acknowledgeOperation(status));
  }

  reconcileOperations(operations?: mesos.v1.scheduler.Call.ReconcileOperations.Operation.$Properties[]): void {
    this.#send(calls.reconcileOperations(operations));
  }

  acceptInverseOffers(offers: readonly calls.OfferRef[]): void {
    this.#send(calls.acceptInverseOffers(offers));
  }

  declineInverseOffers(offers: readonly calls.OfferRef[], refuseSeconds?: number): void {
    this.#send(calls.declineInverseOffers(offers, refuseSeconds));
  }

  /** Tells the master what resources are wanted; the allocator is free to ignore it. */
  request(requests: mesos.v1.Request.$Properties[]): void {
    this.#send(calls.request(requests));
  }

  /** Changes what the framework says of itself, now and at later subscriptions. User and checkpoint cannot change. */
  updateFramework(change: Partial<FrameworkInfo>): void {
    this.#framework = { ...this.#framework, ...change };
    const roles = this.#framework.roles ?? [];
    for (const role of this.#suppressed) if (!roles.includes(role)) this.#suppressed.delete(role);
    if (this.#frameworkId === undefined) return;
    const info = { ...this.#framework, id: { value: this.#frameworkId } };
    this.#send(calls.updateFramework(info, this.#suppressed));
  }

  // --- finding the master ---

  #loaded(outcome: FrameworkMemory | Error): void {
    if (this.#state !== 'loading') return;
    if (outcome instanceof Error) {
      this.#storeFailed(outcome);
      return;
    }
    this.#frameworkId = outcome.frameworkId;
    this.#recorded = outcome.frameworkId !== undefined;
    this.#tasks.restore(outcome.tasks);
    this.#move('seeking');
    this.#watch = this.#ports.detector.watch((leader) => this.#leaderFound(leader?.address));
  }

  #leaderFound(leader: string | undefined): void {
    this.#leader = leader;
    if (this.#stream && this.#stream.address !== leader) this.#lost('another master leads', false);
    if (this.#state === 'seeking' && leader !== undefined && this.#redial === undefined) this.#dial(leader);
  }

  #dial(leader: string): void {
    this.#move('subscribing', { master: leader });
    const subscribe = calls.subscribe(this.#framework, this.#frameworkId, this.#suppressed);
    const stream = new EventStream(this.#ports, leader, subscribe, this.#options, {
      subscribed: (subscribed) => this.#admit(subscribed),
      event: (event) => this.#received(event),
      refused: (refusal) => this.#refused(refusal),
      ended: (reason) => this.#lost(reason, true),
    });
    this.#stream = stream;
  }

  /** `suspect`: whether the leader itself is in doubt, so that another one is looked for. */
  #lost(reason: string, suspect: boolean, hint?: string): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    const wasSubscribed = this.#state === 'subscribed';
    this.#hangUp();
    this.#move('seeking', { reason });
    const waitMs = this.#teardownSent ? 0 : LEAST_REDIAL_MS + this.#backoff.next();
    this.#redial = this.#ports.clock.after(waitMs, () => {
      this.#redial = undefined;
      if (this.#state === 'seeking' && this.#leader !== undefined) this.#dial(this.#leader);
    });
    if (wasSubscribed) this.#guard(() => this.#handler.disconnected?.(reason));
    if (suspect) this.#ports.detector.lost?.(stream.address, hint);
  }

  #hangUp(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#held = [];
    this.#reconciler.stop();
    this.#killTimer?.cancel();
  }

  // --- subscribed ---

  /** The master has confirmed the subscription: the id is written down before anything else happens. */
  #admit({ frameworkId, masterInfo }: mesos.v1.scheduler.Event.Subscribed.$Properties): void {
    const id = frameworkId.value;
    if (this.#frameworkId !== undefined && id !== this.#frameworkId) {
      this.#fail('refused', `Cannot subscribe: the master calls us ${id}, our id is ${this.#frameworkId}`);
      return;
    }
    this.#move('admitting');
    this.#frameworkId = id;
    const stream = this.#stream;
    const first = !this.#recorded;
    const admitted = () => {
      this.#recorded = true;
      if (this.#state === 'admitting' && this.#stream === stream) this.#admitted(id, masterInfo ?? undefined, first);
    };
    if (first) this.#ports.store.write([{ kind: 'subscribed', frameworkId: id }], this.#unlessFailed(admitted));
    else admitted();
  }

  #admitted(frameworkId: string, master: mesos.v1.MasterInfo.$Properties | undefined, first: boolean): void {
    this.#move('subscribed', { framework: frameworkId });
    this.#backoff.reset();
    if (this.#teardownDone !== undefined) {
      this.#sendTeardown();
      return;
    }
    this.#guard(() => this.#handler.subscribed?.({ frameworkId, master, first }));
    const stream = this.#stream;
    this.#repeatKills();
    this.#reconciler.begin();
    const held = this.#held;
    this.#held = [];
    for (const event of held) if (this.#stream === stream) this.#received(event);
  }

  #received(event: SchedulerEvent): void {
    if (event.error) this.#errorReceived(event.error.message);
    else if (this.#teardownDone !== undefined) return;
    else if (this.#state !== 'subscribed') this.#held.push(event);
    else if (event.update) this.#updateReceived(event.update.status);
    else this.#guard(() => dispatchEvent(event, this.#handler, (offers) => this.decline(offers)));
  }

  #updateReceived(status: TaskStatus): void {
    this.#reconciler.answered(status.taskId.value);
    this.#inbox.received(status);
  }

  #errorReceived(message: string): void {
    const kind = failureOf(message);
    if (this.#teardownSent && kind === 'removed') this.#tornDown();
    else this.#fail(kind, `Cannot stay subscribed: the master says "${message}"`);
  }

  #refused(refusal: CallRefused): void {
    const { type, status, message } = refusal;
    this.#ports.log.warn('Master refused a call', { call: mesos.v1.scheduler.Call.Type[type], status, message });
    if (type === mesos.v1.scheduler.Call.Type.SUBSCRIBE) this.#subscribeRefused(status, message);
    else this.#guard(() => this.#handler.refused?.(refusal));
  }

  #subscribeRefused(status: number, message: string): void {
    // 307: another master leads; 503: this one is not ready; 429: too fast. All else will be refused again.
    if (status === 307 || status === 429 || status >= 500) {
      const hint = status === 307 ? /[\w.-]+:\d+/.exec(message)?.[0] : undefined;
      this.#lost(`SUBSCRIBE was refused: ${message}`, true, hint);
    } else this.#fail('refused', `Cannot subscribe: the master answers ${status} "${message}"`);
  }

  #launchRecorded(call: calls.UnidentifiedCall, infos: readonly TaskInfo[], stream: EventStream | undefined): void {
    if (this.#state === 'subscribed' && stream !== undefined && this.#stream === stream) {
      this.#send(call);
      const wanted = infos.map((info) => this.#tasks.all.get(info.taskId.value));
      for (const task of wanted) if (task?.kill) this.#send(calls.kill(task, task.kill.policy));
      return;
    }
    for (const info of infos) this.#inbox.received(notLaunched(info, this.#framework, this.#ports.clock.wallMs()));
  }

  #refuseKnownIds(infos: readonly TaskInfo[]): void {
    const seen = new Set<string>();
    const twice = infos.flatMap(({ taskId: { value: id } }) => {
      const known = seen.has(id) || this.#tasks.all.has(id);
      seen.add(id);
      return known ? [id] : [];
    });
    if (twice.length === 0) return;
    throw new CodedError('BAD_INPUT', `Cannot launch ${twice.join(', ')}: the id is in use, a new one is wanted`);
  }

  #repeatKills(): void {
    for (const task of this.#tasks.unfinished()) {
      if (task.kill && !KILL_IS_VAIN.has(stateOf(task))) this.#send(calls.kill(task, task.kill.policy));
    }
    this.#killTimer = this.#ports.clock.after(KILL_REPEAT_MS, () => this.#repeatKills());
  }

  #send(call: calls.UnidentifiedCall | undefined): void {
    if (call === undefined || this.#state !== 'subscribed') return;
    this.#stream?.send(calls.identify(call, this.#frameworkId));
  }

  // --- the end ---

  /**
   * The master ends the stream of a framework that is torn down, but a stream may end by itself as well: only a refused
   * SUBSCRIBE proves that the framework is gone and its id may be forgotten.
   */
  #tearDown(done: (error?: CodedError) => void): void {
    this.#teardownDone = done;
    if (this.#state === 'subscribed') this.#sendTeardown();
    this.#ports.clock.after(TEARDOWN_PATIENCE_MS, () => {
      if (this.#state === 'stopped' || this.#state === 'failed') return;
      this.#stopped();
      const what = this.#teardownSent ? 'the master did not confirm it' : 'no master was reached';
      done(new CodedError('TIMED_OUT', `Cannot tear down: ${what}, the framework may still be registered`));
    });
  }

  #sendTeardown(): void {
    this.#send(calls.teardown());
    this.#teardownSent = true;
  }

  #tornDown(): void {
    this.#stopped(true);
    const forget = [...this.#tasks.all.keys()].map((taskId) => ({ kind: 'forget-task', taskId }) as const);
    this.#ports.store.write([{ kind: 'forget-framework' }, ...forget], (error) => {
      const text = 'Cannot forget the framework that was torn down';
      this.#teardownDone?.(error && new CodedError('STORE_FAILED', text, { cause: error }));
    });
  }

  #stopped(tornDown = false): void {
    if (this.#state !== 'idle') this.#move('stopping', { tornDown });
    this.#release();
    this.#move('stopped');
  }

  #unlessFailed(written: () => void): (error?: Error) => void {
    return (error) => (error === undefined ? written() : this.#storeFailed(error));
  }

  #storeFailed(cause: Error): void {
    this.#fail('store', 'Cannot go on: the store has failed', cause);
  }

  #fail(kind: FailureKind, text: string, cause?: Error): void {
    if (this.#state === 'stopped' || this.#state === 'failed') return;
    const code = kind === 'store' ? 'STORE_FAILED' : 'REFUSED';
    const error = new CodedError(code, text, cause && { cause });
    this.#move('failed', { kind, error });
    this.#release();
    this.#guard(() => this.#handler.failed?.(kind, error));
    this.#teardownDone?.(error);
  }

  #release(): void {
    this.#hangUp();
    this.#redial?.cancel();
    this.#watch?.stop();
  }

  /** An author's mistake in one callback must not take the conversation down. */
  #guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#ports.log.error('Scheduler callback threw', { error });
    }
  }

  /** The one place where the state changes. */
  #move(to: ClientState, fields: Readonly<Record<string, unknown>> = {}): void {
    const from = this.#state;
    const nowMs = this.#ports.clock.nowMs();
    this.#state = moveClient(from, to);
    this.#ports.log.info('Scheduler client moved', { from, to, afterMs: Math.round(nowMs - this.#sinceMs), ...fields });
    this.#sinceMs = nowMs;
  }
}
