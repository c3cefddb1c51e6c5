import type { Dialer, Link } from '../../common/link.js';
import { Backoff } from '../../common/runtime/backoff.js';
import type { Clock, Timer } from '../../common/runtime/clock.js';
import { messageOf } from '../../common/runtime/errors.js';
import type { Logger } from '../../common/runtime/logger.js';
import { type Random, uuidBytes } from '../../common/runtime/random.js';
import { type ExecutorCall, type ExecutorEvent, mesos, type TaskInfo, type TaskStatus } from '../../proto/index.js';
import type { ExecutorEnvironment } from './environment.js';
import { type ExecutorState, moveExecutor } from './executor-state.js';
import type { ExecutorHandler } from './handler.js';
import { subscribeCall, Unacknowledged } from './unacknowledged.js';

const CallType = mesos.v1.executor.Call.Type;
const { TaskState } = mesos.v1;

/** All that an executor needs from outside. */
export interface ExecutorPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** To the agent. The first call on a new link is SUBSCRIBE. */
  readonly dialer: Dialer<ExecutorCall, ExecutorEvent>;
  readonly environment: ExecutorEnvironment;
  /** Ends the process. Called once. */
  exit(code: number, reason: string): void;
}

/** The parts of a status that its author gives; the rest is filled in. */
export type StatusBody = Omit<TaskStatus, 'taskId' | 'state' | 'uuid' | 'source' | 'executorId' | 'agentId'>;

const FIRST_BACKOFF_MS = 200;
/** An agent of tasks that do not outlive it has this long to answer the first SUBSCRIBE. */
const FIRST_SUBSCRIBE_MS = 60_000;

/**
 * An executor's side of the conversation with its agent. Deterministic: everything outside comes through the ports. It
 * keeps what the agent has not acknowledged and repeats it when it subscribes again; it waits for a restarting agent as
 * long as the recovery timeout says when checkpointing, and ends with its agent otherwise.
 */
export class ExecutorClient {
  readonly #ports: ExecutorPorts;
  readonly #handler: ExecutorHandler;
  readonly #unacknowledged = new Unacknowledged();
  readonly #known = new Set<string>();
  readonly #backoff: Backoff;
  #state: ExecutorState = 'idle';
  #link: Link<ExecutorCall> | undefined;
  #retry: Timer | undefined;
  /** Runs while the agent is away. */
  #patience: Timer | undefined;
  #grace: Timer | undefined;
  #everSubscribed = false;
  /** Updates made after SUBSCRIBE has left and before it is answered: it does not hold them. */
  #late: TaskStatus[] = [];
  #finish: { readonly code: number; readonly reason: string } | undefined;

  constructor(ports: ExecutorPorts, handler: ExecutorHandler) {
    this.#ports = ports;
    this.#handler = handler;
    const mostMs = ports.environment.subscriptionBackoffMaxMs;
    this.#backoff = new Backoff({ firstMs: Math.min(FIRST_BACKOFF_MS, mostMs), mostMs }, ports.random);
  }

  get state(): ExecutorState {
    return this.#state;
  }

  /** Subscribes. To be called once. */
  start(): void {
    const { checkpoint, recoveryTimeoutMs } = this.#ports.environment;
    this.#wait(checkpoint ? recoveryTimeoutMs : FIRST_SUBSCRIBE_MS);
    this.#subscribe();
  }

  /** Reports a task's state. Kept and repeated until the agent has it on disk. Returns the update's uuid. */
  update(taskId: string, state: mesos.v1.TaskState, body: StatusBody = {}): Uint8Array {
    const uuid = uuidBytes(this.#ports.random.uuid());
    const status = {
      timestamp: this.#ports.clock.wallMs() / 1000,
      ...body,
      taskId: { value: taskId },
      state,
      source: mesos.v1.TaskStatus.Source.SOURCE_EXECUTOR,
      executorId: { value: this.#ports.environment.executorId },
      uuid,
    };
    this.#unacknowledged.updateSent(status);
    if (this.#state === 'subscribing') this.#late.push(status);
    else this.#send({ type: CallType.UPDATE, update: { status } });
    return uuid;
  }

  /** Sends bytes to the scheduler; may be lost. */
  message(data: Uint8Array): void {
    this.#send({ type: CallType.MESSAGE, message: { data } });
  }

  /** All is done: exits as soon as the agent has every update, or when the grace period for that is over. */
  finish(code = 0, reason = 'finished'): void {
    if (this.#finish !== undefined || this.#state === 'exited') return;
    this.#finish = { code, reason };
    const patient = () => this.#exit(code, `${reason}; the agent did not acknowledge every update`);
    if (this.#state !== 'shutting-down') {
      this.#patience?.cancel();
      this.#patience = this.#ports.clock.after(this.#ports.environment.recoveryTimeoutMs, patient);
    }
    this.#exitIfFinished();
  }

  // --- the connection ---

  #subscribe(): void {
    this.#move('subscribing');
    const link = this.#ports.dialer.dial(this.#ports.environment.agentEndpoint, {
      received: (event) => {
        if (this.#link === link) this.#received(event);
      },
      closed: (reason) => {
        if (this.#link === link) this.#lost(reason);
      },
    });
    this.#link = link;
    this.#late = [];
    link.send(subscribeCall(this.#identity(), this.#unacknowledged));
  }

  #lost(reason: string): void {
    this.#link = undefined;
    if (this.#state === 'shutting-down') {
      this.#exitIfFinished();
      return;
    }
    const wasSubscribed = this.#state === 'subscribed';
    const { checkpoint, recoveryTimeoutMs } = this.#ports.environment;
    this.#move('waiting', { reason });
    if (wasSubscribed && !checkpoint) {
      this.#beginShutdown('the agent is gone, and the framework does not checkpoint');
      return;
    }
    if (wasSubscribed) {
      this.#wait(recoveryTimeoutMs);
      this.#guard(() => this.#handler.disconnected?.(reason));
    }
    this.#retry = this.#ports.clock.after(this.#backoff.next(), () => this.#subscribe());
  }

  #wait(timeoutMs: number): void {
    if (this.#finish !== undefined) return;
    this.#patience?.cancel();
    this.#patience = this.#ports.clock.after(timeoutMs, () => {
      this.#beginShutdown(`the agent did not come back within ${timeoutMs / 1000} s`);
    });
  }

  // --- what the agent says ---

  #received(event: ExecutorEvent): void {
    if (event.subscribed) this.#subscribed(event.subscribed);
    if (event.launch) {
      const { task } = event.launch;
      this.#launch([task], this.#handler.launch && (() => this.#handler.launch?.(task)));
    }
    if (event.launchGroup) {
      const { taskGroup } = event.launchGroup;
      this.#launch(taskGroup.tasks ?? [], this.#handler.launchGroup && (() => this.#handler.launchGroup?.(taskGroup)));
    }
    if (event.kill) {
      const { taskId, killPolicy } = event.kill;
      this.#guard(() => this.#handler.kill?.(taskId.value, killPolicy ?? undefined));
    }
    if (event.acknowledged) this.#acknowledged(event.acknowledged);
    if (event.message) {
      const { data } = event.message;
      this.#guard(() => this.#handler.message?.(data));
    }
    if (event.error) this.#exit(1, `the agent says: ${event.error.message}`);
    if (event.type === mesos.v1.executor.Event.Type.SHUTDOWN) this.#beginShutdown('the agent asked for it');
  }

  #subscribed(subscribed: mesos.v1.executor.Event.Subscribed.$Properties): void {
    if (this.#state === 'subscribing') this.#move('subscribed');
    for (const status of this.#late.splice(0)) this.#send({ type: CallType.UPDATE, update: { status } });
    this.#backoff.reset();
    if (this.#finish === undefined) this.#patience?.cancel();
    const first = !this.#everSubscribed;
    this.#everSubscribed = true;
    const { executorInfo: executor, frameworkInfo: framework, agentInfo: agent, containerId } = subscribed;
    this.#guard(() =>
      this.#handler.subscribed?.({ executor, framework, agent, containerId: containerId?.value, first }),
    );
  }

  /** An agent that restarted may launch again what it is not sure of: known tasks are not started twice. */
  #launch(tasks: readonly TaskInfo[], take: (() => void) | undefined): void {
    if (tasks.some((task) => this.#known.has(task.taskId.value))) return;
    for (const task of tasks) {
      this.#known.add(task.taskId.value);
      this.#unacknowledged.taskLaunched(task);
    }
    const fail = (why: string) => {
      const message = `Cannot launch task: ${why}`;
      for (const task of tasks) this.update(task.taskId.value, TaskState.TASK_FAILED, { message });
    };
    if (take) this.#guard(take, (error) => fail(`the executor failed: ${messageOf(error)}`));
    else fail('this executor takes none of its kind');
  }

  #acknowledged({ taskId, uuid }: mesos.v1.executor.Event.Acknowledged.$Properties): void {
    this.#unacknowledged.acknowledged(taskId.value, uuid);
    this.#guard(() => this.#handler.acknowledged?.(taskId.value, uuid));
    this.#exitIfFinished();
  }

  // --- the end ---

  #beginShutdown(reason: string): void {
    if (this.#state === 'shutting-down' || this.#state === 'exited') return;
    this.#retry?.cancel();
    this.#patience?.cancel();
    this.#move('shutting-down', { reason });
    const { shutdownGraceMs } = this.#ports.environment;
    const late = () => this.#exit(1, `${reason}; the grace period of ${shutdownGraceMs / 1000} s is over`);
    this.#grace = this.#ports.clock.after(shutdownGraceMs, late);
    if (this.#handler.shutdown) this.#guard(() => this.#handler.shutdown?.(shutdownGraceMs));
    else this.finish(0, reason);
  }

  #exitIfFinished(): void {
    if (this.#finish === undefined) return;
    const { code, reason } = this.#finish;
    if (this.#unacknowledged.updates === 0) this.#exit(code, reason);
    // Without an agent no update can be delivered any more.
    else if (this.#state === 'shutting-down' && this.#link === undefined) this.#exit(code, reason);
  }

  #exit(code: number, reason: string): void {
    if (this.#state === 'exited') return;
    this.#move('exited', { code, reason });
    for (const timer of [this.#retry, this.#patience, this.#grace]) timer?.cancel();
    this.#link?.close();
    this.#link = undefined;
    this.#ports.exit(code, reason);
  }

  #send(call: Omit<ExecutorCall, 'executorId' | 'frameworkId'>): void {
    if (this.#state === 'subscribed' || this.#state === 'shutting-down') {
      this.#link?.send({ ...this.#identity(), ...call });
    }
  }

  #identity(): Pick<ExecutorCall, 'executorId' | 'frameworkId'> {
    const { executorId, frameworkId } = this.#ports.environment;
    return { executorId: { value: executorId }, frameworkId: { value: frameworkId } };
  }

  /** An author's mistake in one callback must not take the conversation down. */
  #guard(tell: () => void, failed: (error: unknown) => void = () => {}): void {
    try {
      tell();
    } catch (error) {
      this.#ports.log.error('Executor callback threw', { error });
      failed(error);
    }
  }

  /** The one place where the state changes. */
  #move(to: ExecutorState, fields: Readonly<Record<string, unknown>> = {}): void {
    const from = this.#state;
    this.#state = moveExecutor(from, to);
    this.#ports.log.info('Executor moved', { from, to, ...fields });
  }
}
