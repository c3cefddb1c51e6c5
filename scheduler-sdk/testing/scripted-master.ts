import type { Receiver } from '../../common/link.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { seededRandom } from '../../common/runtime/random.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import type { Store } from '../../common/store/store.js';
import {
  mesos,
  type Offer,
  type SchedulerCall,
  type SchedulerEvent,
  type TaskInfo,
  type TaskStatus,
} from '../../proto/index.js';
import type { SchedulerInbound } from '../client/inbound.js';
import { masterList } from '../client/master-list.js';
import type { SchedulerPorts } from '../client/scheduler-client.js';
import { FrameworkStore } from '../store/framework-store.js';
import { answer, type StateName, status } from './builders.js';

const { Type: CallType } = mesos.v1.scheduler.Call;
const { Type: EventType } = mesos.v1.scheduler.Event;

/** What a script starts from. */
export interface ScriptedMasterOptions {
  /** What the framework remembers; pass the store of an earlier script to play a restart. Default empty, in memory. */
  readonly store?: Store;
  /** Default: one that starts at 0. A store kept from an earlier script wants that script's clock. */
  readonly clock?: VirtualClock;
  /** Show implicit reconciliations to `expect` too, which every subscription brings. Default false. */
  readonly strict?: boolean;
}

type CallName = keyof typeof CallType;

/** A task in a script: as launched, or anything that names it. */
export type TaskName = {
  readonly taskId: { readonly value: string };
  readonly agentId?: { readonly value: string } | null;
};

/** Plays the master to a scheduler under test, by script and in virtual time: nothing happens unless told. */
export function scriptedMaster(options: ScriptedMasterOptions = {}): ScriptedMaster {
  return new ScriptedMaster(options);
}

/**
 * The script's side. `ports` is for the client; `send` says something to it, `expect` demands its next call, and throws
 * when another came, or none. Everything that is due at the present instant happens before each of them returns.
 */
export class ScriptedMaster {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly ports: SchedulerPorts;
  readonly expect = new Expectations(this);
  readonly send = new Announcements(this);
  readonly #strict: boolean;
  #calls: SchedulerCall[] = [];
  #receiver: Receiver<SchedulerInbound> | undefined;
  #dialed = 0;
  #frameworkId = '';

  constructor({ clock = new VirtualClock(), store, strict = false }: ScriptedMasterOptions) {
    this.clock = clock;
    this.store = store ?? new MemoryStore(clock);
    this.#strict = strict;
    this.ports = {
      clock,
      random: seededRandom(1),
      log: silentLogger,
      detector: masterList(['master:5050'], clock),
      dialer: { dial: (_address, receiver) => this.#accept(receiver) },
      store: new FrameworkStore(this.store),
    };
  }

  /** How often a client has dialled. */
  get dialed(): number {
    return this.#dialed;
  }

  /** Whether a client is connected. */
  get connected(): boolean {
    return this.#receiver !== undefined;
  }

  /** Moves time forward. */
  advance(ms: number): void {
    this.clock.advance(ms);
  }

  /** Lets everything happen that is due now. For authors whose handlers are asynchronous: `await master.settled()`. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) {
      this.clock.advance(0);
      await Promise.resolve();
    }
  }

  /** The id under which the client last subscribed. */
  get frameworkId(): string {
    return this.#frameworkId;
  }

  /** The common beginning: expects SUBSCRIBE and confirms it. Returns the call. */
  subscribe(): mesos.v1.scheduler.Call.Subscribe.$Properties {
    const call = this.expect.subscribe();
    this.send.subscribed();
    return call;
  }

  /** Breaks the connection. */
  disconnect(reason = 'connection lost'): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    receiver?.closed(reason);
    this.advance(0);
  }

  /** The next call that the script has not looked at. */
  next(): SchedulerCall | undefined {
    this.advance(0);
    for (;;) {
      const call = this.#calls.shift();
      if (call === undefined || this.#strict || !isImplicit(call)) return call;
    }
  }

  /** Says anything at all. */
  deliver(inbound: SchedulerInbound): void {
    this.advance(0);
    if (this.#receiver === undefined) throw new Error('Cannot send: no scheduler is connected');
    this.#receiver.received(inbound);
    this.advance(0);
  }

  #accept(receiver: Receiver<SchedulerInbound>) {
    this.#dialed += 1;
    this.#receiver = receiver;
    let open = true;
    return {
      send: (call: SchedulerCall) => {
        if (!open || this.#receiver !== receiver) return;
        this.#frameworkId = call.subscribe?.frameworkInfo.id?.value ?? this.#frameworkId;
        this.#calls.push(call);
      },
      close: () => {
        if (!open) return;
        open = false;
        if (this.#receiver === receiver) this.#receiver = undefined;
        this.clock.after(0, () => receiver.closed('closed by this side'));
      },
    };
  }
}

/** `master.expect`: each demands that the next call is of its kind, and returns its body. */
export class Expectations {
  readonly #master: ScriptedMaster;

  constructor(master: ScriptedMaster) {
    this.#master = master;
  }

  /** Any call, by the name of its type. */
  call(name: CallName): SchedulerCall {
    const call = this.#master.next();
    if (call === undefined) throw new Error(`Expected ${name}, but the scheduler has made no further call`);
    if (call.type !== CallType[name]) throw new Error(`Expected ${name}, but the scheduler sent ${print(call)}`);
    return call;
  }

  /** That nothing was called. */
  nothing(): void {
    const call = this.#master.next();
    if (call !== undefined) throw new Error(`Expected no call, but the scheduler sent ${print(call)}`);
  }

  subscribe() {
    return body(this.call('SUBSCRIBE').subscribe);
  }

  accept() {
    return body(this.call('ACCEPT').accept);
  }

  /** An ACCEPT; returns the tasks that it launches. */
  launch(): TaskInfo[] {
    const operations = this.accept().operations ?? [];
    return operations.flatMap(({ launch, launchGroup }) => [
      ...(launch?.taskInfos ?? []),
      ...(launchGroup?.taskGroup.tasks ?? []),
    ]);
  }

  /** A DECLINE; `offerIds` say of what. */
  decline() {
    return body(this.call('DECLINE').decline);
  }

  revive() {
    return body(this.call('REVIVE').revive);
  }

  suppress() {
    return body(this.call('SUPPRESS').suppress);
  }

  kill() {
    return body(this.call('KILL').kill);
  }

  /** An ACKNOWLEDGE, which comes once the author has confirmed the update and the store has it. */
  acknowledge() {
    return body(this.call('ACKNOWLEDGE').acknowledge);
  }

  /** An explicit reconciliation, or with `strict` any; returns the ids of its tasks. */
  reconcile(): string[] {
    return (body(this.call('RECONCILE').reconcile).tasks ?? []).map(({ taskId }) => taskId.value);
  }

  message() {
    return body(this.call('MESSAGE').message);
  }

  /** A TEARDOWN, which is obeyed: the stream ends, and the client learns that its id is gone. */
  teardown(): void {
    this.call('TEARDOWN');
    this.#master.disconnect('torn down');
    this.subscribe();
    this.#master.send.error('Framework has been removed');
  }
}

/** `master.send`: each says one thing to the scheduler. */
export class Announcements {
  readonly #master: ScriptedMaster;

  constructor(master: ScriptedMaster) {
    this.#master = master;
  }

  /** Anything at all; throws when no scheduler is connected. */
  event(event: SchedulerEvent): void {
    this.#master.deliver({ kind: 'event', event });
  }

  /** Confirms the subscription, by default under the id that the client gave. */
  subscribed(frameworkId = this.#master.frameworkId, heartbeatIntervalSeconds = 15): void {
    const subscribed = { frameworkId: { value: frameworkId }, heartbeatIntervalSeconds };
    this.event({ type: EventType.SUBSCRIBED, subscribed });
  }

  /** Shows that the stream lives; the client drops it after several missed intervals. */
  heartbeat(): void {
    this.event({ type: EventType.HEARTBEAT });
  }

  offers(...offers: Offer[]): void {
    this.event({ type: EventType.OFFERS, offers: { offers } });
  }

  rescind(offerId: string): void {
    this.event({ type: EventType.RESCIND, rescind: { offerId: { value: offerId } } });
  }

  /** A status made by hand, or by `status` and `answer`. */
  update(taskStatus: TaskStatus): void {
    this.event({ type: EventType.UPDATE, update: { status: taskStatus } });
  }

  /** A new status of a task from its agent. Returns it, to be sent again. */
  status(task: TaskName, state: StateName, extra?: Partial<TaskStatus>): TaskStatus {
    const taskStatus = status(task, state, extra);
    this.update(taskStatus);
    return taskStatus;
  }

  /** The answer to a reconciliation. */
  answer(task: TaskName, state: StateName): void {
    this.update(answer(task, state));
  }

  message(agentId: string, executorId: string, data: Uint8Array): void {
    const message = { agentId: { value: agentId }, executorId: { value: executorId }, data };
    this.event({ type: EventType.MESSAGE, message });
  }

  /** ERROR: the client takes its meaning from the sentence, failed over, removed or refused, see `failureOf`. */
  error(message: string): void {
    this.event({ type: EventType.ERROR, error: { message } });
  }

  /** A call of this type was refused, with the HTTP status that it would have had. */
  refused(name: CallName, httpStatus: number, message: string): void {
    this.#master.deliver({ kind: 'refused', refusal: { type: CallType[name], status: httpStatus, message } });
  }
}

function isImplicit({ type, reconcile }: SchedulerCall): boolean {
  return type === CallType.RECONCILE && (reconcile?.tasks ?? []).length === 0;
}

function body<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('The call came without its body');
  return value;
}

function print(call: SchedulerCall): string {
  return `${CallType[call.type ?? CallType.UNKNOWN]} ${JSON.stringify(call)}`;
}
