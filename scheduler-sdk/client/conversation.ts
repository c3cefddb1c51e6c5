import type { Watch } from '../../common/coordination/detector.js';
import type { Dialer } from '../../common/link.js';
import { Backoff } from '../../common/runtime/backoff.js';
import type { Clock, Timer } from '../../common/runtime/clock.js';
import { CodedError } from '../../common/runtime/errors.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { Random } from '../../common/runtime/random.js';
import { mesos, type SchedulerCall, type SchedulerEvent } from '../../proto/index.js';
import type { FrameworkChange, FrameworkMemory, FrameworkStore } from '../store/framework-store.js';
import * as calls from './calls.js';
import { type ClientState, moveClient } from './client-state.js';
import { EventStream, type StreamLimits } from './event-stream.js';
import { failureOf } from './failure.js';
import type { FailureKind, Session } from './handler.js';
import type { CallRefused, SchedulerInbound } from './inbound.js';
import type { MasterSource } from './master-list.js';

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

/** How to stop. */
export interface StopOptions {
  /** Tear the framework down: the master kills its tasks and forgets it. Default false: tasks go on, for a comeback. */
  readonly teardown?: boolean | undefined;
}

/** Who leads the conversation, and what it is about. */
export interface ConversationOwner {
  /** The SUBSCRIBE to send, under this id. */
  subscribeCall(frameworkId: string | undefined): SchedulerCall;
  /** What the store held. Comes first, once. */
  restored(memory: FrameworkMemory): void;
  subscribed(session: Session): void;
  /** The session that `subscribed` began is over. */
  over(): void;
  /** Told after `over`, unless this side ended it. */
  disconnected(reason: string): void;
  /** Any event but SUBSCRIBED, HEARTBEAT and ERROR. */
  event(event: SchedulerEvent): void;
  /** Any call but SUBSCRIBE. */
  refused(refusal: CallRefused): void;
  failed(kind: FailureKind, error: CodedError): void;
  /** The framework is gone: these of its records may go too. */
  tornDown(): readonly FrameworkChange[];
}

const REDIAL = { firstMs: 1_000, mostMs: 15_000 };
/** Added to each wait, which may be drawn as 0. */
const LEAST_REDIAL_MS = 100;
/** How long a teardown waits for a master to hear it. */
const TEARDOWN_PATIENCE_MS = 10_000;

/**
 * Being subscribed, and staying so: finds the leader, subscribes under the id that was recorded, notices silence, comes
 * back, and ends in an orderly way. What is said meanwhile is the owner's business.
 */
export class Conversation {
  readonly #ports: SchedulerPorts;
  readonly #limits: StreamLimits;
  readonly #owner: ConversationOwner;
  readonly #backoff: Backoff;
  #state: ClientState = 'idle';
  #sinceMs: number;
  #frameworkId: string | undefined;
  /** Whether a master has confirmed the id, and the store says so. */
  #confirmed = false;
  #leader: string | undefined;
  #watch: Watch | undefined;
  #stream: EventStream | undefined;
  #redial: Timer | undefined;
  /** Events that arrived while the framework id was being written down. */
  #held: SchedulerEvent[] = [];
  #teardownDone: ((error?: CodedError) => void) | undefined;
  #teardownSent = false;

  constructor(ports: SchedulerPorts, limits: StreamLimits, owner: ConversationOwner) {
    this.#ports = ports;
    this.#limits = limits;
    this.#owner = owner;
    this.#backoff = new Backoff(REDIAL, ports.random);
    this.#sinceMs = ports.clock.nowMs();
  }

  get state(): ClientState {
    return this.#state;
  }

  get frameworkId(): string | undefined {
    return this.#frameworkId;
  }

  get leader(): string | undefined {
    return this.#leader;
  }

  /** Stands for the present session; undefined while not subscribed. Another session is another object. */
  get session(): object | undefined {
    return this.#state === 'subscribed' ? this.#stream : undefined;
  }

  /** Reads the store, then looks for the master. To be called once. */
  start(): void {
    this.#move('loading');
    this.#ports.store.load((outcome) => this.#loaded(outcome));
  }

  /** Drops the call when not subscribed, and after a teardown, when the master knows the framework no more. */
  send(call: calls.UnidentifiedCall | undefined): void {
    if (call === undefined || this.#state !== 'subscribed' || this.#teardownSent) return;
    this.#stream?.send(calls.identify(call, this.#frameworkId));
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

  // --- finding the master ---

  #loaded(outcome: FrameworkMemory | Error): void {
    if (this.#state !== 'loading') return;
    if (outcome instanceof Error) {
      this.storeFailed(outcome);
      return;
    }
    this.#owner.restored(outcome);
    this.#confirmed = outcome.confirmed;
    if (outcome.frameworkId === undefined) this.#nameItself(this.#ports.random.uuid());
    else this.#seek(outcome.frameworkId);
  }

  /**
   * The id is ours to choose, and on disk before a master hears of it: one that was given by a master could be lost
   * between its answer and our write, and the framework would haunt the cluster until its failover timeout.
   */
  #nameItself(id: string): void {
    const named = () => {
      if (this.#state === 'loading') this.#seek(id);
    };
    this.#ports.store.write([{ kind: 'named', frameworkId: id }], this.#unlessFailed(named));
  }

  #seek(frameworkId: string): void {
    this.#frameworkId = frameworkId;
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
    const subscribe = this.#owner.subscribeCall(this.#frameworkId);
    this.#stream = new EventStream(this.#ports, leader, subscribe, this.#limits, {
      subscribed: (subscribed) => this.#admit(subscribed),
      event: (event) => this.#received(event),
      refused: (refusal) => this.#refused(refusal),
      ended: (reason) => this.#lost(reason, true),
    });
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
    if (suspect) this.#ports.detector.lost?.(stream.address, hint);
    if (wasSubscribed) this.#owner.disconnected(reason);
  }

  #hangUp(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#held = [];
    this.#owner.over();
  }

  // --- subscribed ---

  /** The master has confirmed the subscription: that is written down before anything else happens. */
  #admit({ frameworkId, masterInfo }: mesos.v1.scheduler.Event.Subscribed.$Properties): void {
    const id = frameworkId.value;
    if (id !== this.#frameworkId) {
      this.#fail('refused', `Cannot subscribe: the master calls us ${id}, our id is ${this.#frameworkId}`);
      return;
    }
    this.#move('admitting');
    const stream = this.#stream;
    const first = !this.#confirmed;
    const admitted = () => {
      this.#confirmed = true;
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
    const stream = this.#stream;
    this.#owner.subscribed({ frameworkId, master, first });
    const held = this.#held;
    this.#held = [];
    for (const event of held) if (this.#stream === stream) this.#received(event);
  }

  #received(event: SchedulerEvent): void {
    if (event.error) this.#errorReceived(event.error.message);
    else if (this.#teardownDone !== undefined) return;
    else if (this.#state !== 'subscribed') this.#held.push(event);
    else this.#owner.event(event);
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
    else this.#owner.refused(refusal);
  }

  #subscribeRefused(status: number, message: string): void {
    // 307: another master leads; 503: this one is not ready; 429: too fast. All else will be refused again.
    if (status === 307 || status === 429 || status >= 500) {
      const hint = status === 307 ? /[\w.-]+:\d+/.exec(message)?.[0] : undefined;
      this.#lost(`SUBSCRIBE was refused: ${message}`, true, hint);
    } else this.#fail('refused', `Cannot subscribe: the master answers ${status} "${message}"`);
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
    this.#stream?.send(calls.identify(calls.teardown(), this.#frameworkId));
    this.#teardownSent = true;
  }

  #tornDown(): void {
    this.#stopped(true);
    this.#ports.store.write([{ kind: 'forget-framework' }, ...this.#owner.tornDown()], (error) => {
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
    return (error) => (error === undefined ? written() : this.storeFailed(error));
  }

  /** What must be durable is not: gives up. */
  storeFailed(cause: Error): void {
    this.#fail('store', 'Cannot go on: the store has failed', cause);
  }

  #fail(kind: FailureKind, text: string, cause?: Error): void {
    if (this.#state === 'stopped' || this.#state === 'failed') return;
    const code = kind === 'store' ? 'STORE_FAILED' : 'REFUSED';
    const error = new CodedError(code, text, cause && { cause });
    this.#move('failed', { kind, error });
    this.#release();
    this.#owner.failed(kind, error);
    this.#teardownDone?.(error);
  }

  #release(): void {
    this.#hangUp();
    this.#redial?.cancel();
    this.#watch?.stop();
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
