import type { Receiver } from '../../common/link.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { seededRandom } from '../../common/runtime/random.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import {
  type ExecutorCall,
  type ExecutorEvent,
  type KillPolicy,
  mesos,
  type TaskInfo,
  type TaskStatus,
} from '../../proto/index.js';
import type { ExecutorEnvironment } from '../client/environment.js';
import type { ExecutorPorts } from '../client/executor-client.js';

const CallType = mesos.v1.executor.Call.Type;
const EventType = mesos.v1.executor.Event.Type;

/** Parts of the environment to set otherwise than usual. */
export type ScriptedAgentOptions = Partial<ExecutorEnvironment>;

/** Plays the agent to an executor under test, by script and in virtual time. */
export function scriptedAgent(options: ScriptedAgentOptions = {}): ScriptedAgent {
  return new ScriptedAgent(options);
}

/** `ports` is for the executor; the other members say something to it or demand its next call, in the script's order. */
export class ScriptedAgent {
  readonly clock = new VirtualClock();
  readonly ports: ExecutorPorts;
  /** How the executor ended; undefined while it lives. */
  exited: { readonly code: number; readonly reason: string } | undefined;
  #calls: ExecutorCall[] = [];
  #receiver: Receiver<ExecutorEvent> | undefined;

  constructor(options: ScriptedAgentOptions) {
    const environment: ExecutorEnvironment = {
      frameworkId: 'F1',
      executorId: 'E1',
      agentEndpoint: 'agent:5051',
      agentId: 'S1',
      directory: '/sandbox',
      checkpoint: true,
      recoveryTimeoutMs: 900_000,
      subscriptionBackoffMaxMs: 2_000,
      shutdownGraceMs: 5_000,
      token: undefined,
      ...options,
    };
    this.ports = {
      clock: this.clock,
      random: seededRandom(1),
      log: silentLogger,
      environment,
      dialer: { dial: (_address, receiver) => this.#accept(receiver) },
      exit: (code, reason) => {
        this.exited = { code, reason };
      },
    };
  }

  get connected(): boolean {
    return this.#receiver !== undefined;
  }

  /** Moves the clock, running what falls due within `ms` on the way. */
  advance(ms: number): void {
    this.clock.advance(ms);
  }

  /** Expects SUBSCRIBE and confirms it. Returns what the executor repeats: states of updates, ids of tasks. */
  subscribe(): { readonly updates: TaskStatus[]; readonly tasks: TaskInfo[] } {
    const { subscribe } = this.#next('SUBSCRIBE');
    this.send({
      type: EventType.SUBSCRIBED,
      subscribed: {
        executorInfo: { executorId: { value: this.ports.environment.executorId } },
        frameworkInfo: { user: 'nobody', name: 'test', id: { value: this.ports.environment.frameworkId } },
        agentInfo: { hostname: 'host1', id: { value: 'S1' } },
      },
    });
    const updates = (subscribe?.unacknowledgedUpdates ?? []).map(({ status }) => status);
    return { updates, tasks: subscribe?.unacknowledgedTasks ?? [] };
  }

  /** The next call must be an UPDATE. */
  expectUpdate(): TaskStatus {
    const { update } = this.#next('UPDATE');
    if (!update) throw new Error('UPDATE came without its body');
    return update.status;
  }

  /** The next call must be a MESSAGE; returns its bytes. */
  expectMessage(): Uint8Array {
    const { message } = this.#next('MESSAGE');
    if (!message) throw new Error('MESSAGE came without its body');
    return message.data;
  }

  /** Throws when the executor has made a call that nothing expected. */
  expectNothing(): void {
    const call = this.#calls.shift();
    if (call !== undefined) throw new Error(`Expected no call, but the executor sent ${JSON.stringify(call)}`);
  }

  /** Says anything at all. */
  send(event: ExecutorEvent): void {
    this.advance(0);
    if (this.#receiver === undefined) throw new Error('Cannot send: no executor is connected');
    this.#receiver.received(event);
    this.advance(0);
  }

  /** Each from here to `error` sends the event of its name; like `send`, it throws when no executor is connected. */
  launch(task: TaskInfo): void {
    this.send({ type: EventType.LAUNCH, launch: { task } });
  }

  launchGroup(...tasks: TaskInfo[]): void {
    this.send({ type: EventType.LAUNCH_GROUP, launchGroup: { taskGroup: { tasks } } });
  }

  kill(taskId: string, killPolicy?: KillPolicy): void {
    this.send({ type: EventType.KILL, kill: { taskId: { value: taskId }, killPolicy: killPolicy ?? null } });
  }

  /** Throws for an update without a uuid, which nobody acknowledges. */
  acknowledge({ taskId, uuid }: TaskStatus): void {
    if (!uuid) throw new Error('Cannot acknowledge: the update has no uuid');
    this.send({ type: EventType.ACKNOWLEDGED, acknowledged: { taskId, uuid } });
  }

  message(data: Uint8Array): void {
    this.send({ type: EventType.MESSAGE, message: { data } });
  }

  shutdown(): void {
    this.send({ type: EventType.SHUTDOWN });
  }

  error(message: string): void {
    this.send({ type: EventType.ERROR, error: { message } });
  }

  /** Breaks the connection; what was sent and not expected is lost. */
  disconnect(reason = 'connection lost'): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    this.#calls = [];
    receiver?.closed(reason);
    this.advance(0);
  }

  #next(name: keyof typeof CallType): ExecutorCall {
    this.advance(0);
    const call = this.#calls.shift();
    if (call === undefined) throw new Error(`Expected ${name}, but the executor has made no further call`);
    if (call.type !== CallType[name])
      throw new Error(`Expected ${name}, but the executor sent ${JSON.stringify(call)}`);
    return call;
  }

  #accept(receiver: Receiver<ExecutorEvent>) {
    this.#receiver = receiver;
    return {
      send: (call: ExecutorCall) => {
        if (this.#receiver === receiver) this.#calls.push(call);
      },
      close: () => {
        if (this.#receiver !== receiver) return;
        this.#receiver = undefined;
        this.clock.after(0, () => receiver.closed('closed by this side'));
      },
    };
  }
}
