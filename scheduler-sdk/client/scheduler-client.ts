import type { Timer } from '../../common/runtime/clock.js';
import { CodedError } from '../../common/runtime/errors.js';
import type { StoreChange } from '../../common/store/store.js';
import {
  type FrameworkInfo,
  type KillPolicy,
  mesos,
  type OfferOperation,
  type SchedulerEvent,
  type TaskInfo,
} from '../../proto/index.js';
import { isTerminal, type LaunchedTask, stateOf } from '../store/launched-task.js';
import * as calls from './calls.js';
import type { ClientState } from './client-state.js';
import { Conversation, type ConversationOwner, type SchedulerPorts, type StopOptions } from './conversation.js';
import { dispatchEvent } from './dispatch-event.js';
import type { SchedulerHandler, Session } from './handler.js';
import { notLaunched } from './not-launched.js';
import { checkOptions, type SchedulerOptions } from './options.js';
import { Reconciler } from './reconciler.js';
import { TaskTable } from './task-table.js';
import { UpdateInbox } from './update-inbox.js';

export type { SchedulerPorts, StopOptions } from './conversation.js';

/** How to answer offers. */
export interface AcceptOptions {
  /** How long what is left of the offers shall not be offered again. Default: the master's 5 s. */
  readonly refuseSeconds?: number | undefined;
  /** Records of the author's to write in the batch that records the launch. */
  readonly own?: readonly StoreChange[] | undefined;
}

/** A kill can be lost with an agent's connection; it is repeated as long as the task lives. */
const KILL_REPEAT_MS = 30_000;
/** It is under way, or there is nothing to kill. */
const KILL_IS_VAIN: ReadonlySet<mesos.v1.TaskState> = new Set([
  mesos.v1.TaskState.TASK_KILLING,
  mesos.v1.TaskState.TASK_UNKNOWN,
  mesos.v1.TaskState.TASK_GONE_BY_OPERATOR,
]);

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
  readonly #handler: SchedulerHandler;
  readonly #conversation: Conversation;
  readonly #tasks: TaskTable;
  readonly #inbox: UpdateInbox;
  readonly #reconciler: Reconciler;
  readonly #suppressed: Set<string>;
  #framework: FrameworkInfo;
  #killTimer: Timer | undefined;

  /** Throws `BAD_INPUT` when the options are wrong. */
  constructor(ports: SchedulerPorts, options: SchedulerOptions, handler: SchedulerHandler) {
    const checked = checkOptions(options);
    this.#ports = ports;
    this.#handler = handler;
    this.#framework = checked.framework;
    this.#suppressed = new Set(checked.suppressedRoles);
    this.#conversation = new Conversation(ports, checked, this.#owner());
    const broken = (error: Error) => this.#conversation.storeFailed(error);
    this.#tasks = new TaskTable(ports.store, ports.clock, checked.endedTasksKept, broken);
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
      checked.reconcileIntervalMs,
    );
  }

  get state(): ClientState {
    return this.#conversation.state;
  }

  /** Absent before the first subscription. */
  get frameworkId(): string | undefined {
    return this.#conversation.frameworkId;
  }

  /** The leader last heard of, `host:port`. */
  get leader(): string | undefined {
    return this.#conversation.leader;
  }

  /** By task id: those that run or will, and the latest that ended; survives restarts of this process. */
  get tasks(): ReadonlyMap<string, LaunchedTask> {
    return this.#tasks.all;
  }

  // --- life ---

  /** Reads the store, then looks for the master. To be called once. */
  start(): void {
    this.#conversation.start();
  }

  /** Ends the conversation; `done` is told at once, or after a teardown, with an error when that reached no master. */
  stop(options?: StopOptions, done?: (error?: CodedError) => void): void {
    this.#conversation.stop(options, done);
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
    const { session } = this.#conversation;
    if (infos.length === 0 && own.length === 0) this.#send(call);
    else this.#tasks.launch(infos, own, () => this.#launchRecorded(call, infos, session));
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
    if (this.#conversation.session) this.#reconciler.begin();
  }

  /** Confirms an operation's status; one without id or uuid needs none. Our master has no operation feedback. */
  acknowledgeOperation(status: mesos.v1.OperationStatus.$Properties): void {
    this.#send(calls.acknowledgeOperation(status));
  }

  /** Asks where operations stand; none named: all of them. Our master refuses it with 400. */
  reconcileOperations(operations?: mesos.v1.scheduler.Call.ReconcileOperations.Operation.$Properties[]): void {
    this.#send(calls.reconcileOperations(operations));
  }

  /** Agrees to free resources before maintenance. Our master makes no inverse offers yet. */
  acceptInverseOffers(offers: readonly calls.OfferRef[]): void {
    this.#send(calls.acceptInverseOffers(offers));
  }

  /** Says that resources cannot be freed; not to be asked again for `refuseSeconds`. */
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
    const { frameworkId } = this.#conversation;
    if (frameworkId === undefined) return;
    const info = { ...this.#framework, id: { value: frameworkId } };
    this.#send(calls.updateFramework(info, this.#suppressed));
  }

  // --- what the master says ---

  #owner(): ConversationOwner {
    return {
      subscribeCall: (frameworkId) => calls.subscribe(this.#framework, frameworkId, this.#suppressed),
      restored: ({ tasks }) => this.#tasks.restore(tasks),
      subscribed: (session) => this.#subscribed(session),
      over: () => {
        this.#reconciler.stop();
        this.#killTimer?.cancel();
      },
      disconnected: (reason) => this.#guard(() => this.#handler.disconnected?.(reason)),
      event: (event) => this.#received(event),
      refused: (refusal) => this.#guard(() => this.#handler.refused?.(refusal)),
      failed: (kind, error) => this.#guard(() => this.#handler.failed?.(kind, error)),
      tornDown: () => [...this.#tasks.all.keys()].map((taskId) => ({ kind: 'forget-task', taskId })),
    };
  }

  #subscribed(session: Session): void {
    const present = this.#conversation.session;
    this.#guard(() => this.#handler.subscribed?.(session));
    if (this.#conversation.session !== present) return; // the handler has stopped us
    this.#repeatKills();
    this.#reconciler.begin();
  }

  #received(event: SchedulerEvent): void {
    if (event.update) {
      const { status } = event.update;
      this.#reconciler.answered(status.taskId.value);
      this.#inbox.received(status);
    } else this.#guard(() => dispatchEvent(event, this.#handler, (offers) => this.decline(offers)));
  }

  #launchRecorded(call: calls.UnidentifiedCall, infos: readonly TaskInfo[], session: object | undefined): void {
    const { session: present, state } = this.#conversation;
    if (present !== undefined && present === session) {
      this.#send(call);
      const wanted = infos.map((info) => this.#tasks.all.get(info.taskId.value));
      for (const task of wanted) if (task?.kill) this.#send(calls.kill(task, task.kill.policy));
      return;
    }
    if (state === 'stopped' || state === 'failed') return; // reconciliation will tell, after the next start
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
    this.#conversation.send(call);
  }

  /** An author's mistake in one callback must not take the conversation down. */
  #guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#ports.log.error('Scheduler callback threw', { error });
    }
  }
}
