import type { Dialer, Link } from '../../common/link.js';
import type { Clock, Timer } from '../../common/runtime/clock.js';
import { mesos, type SchedulerCall, type SchedulerEvent } from '../../proto/index.js';
import type { CallRefused, SchedulerInbound } from './inbound.js';

const Type = mesos.v1.scheduler.Event.Type;

/** What a stream tells its owner; nothing after `ended`, nor after `close` was called. */
export interface StreamOwner {
  subscribed(subscribed: mesos.v1.scheduler.Event.Subscribed.$Properties): void;
  /** Any event but SUBSCRIBED and HEARTBEAT. */
  event(event: SchedulerEvent): void;
  refused(refusal: CallRefused): void;
  /** The stream broke, was never answered, or went silent. */
  ended(reason: string): void;
}

/** How long to wait for the master: for the answer to SUBSCRIBE, then for so many heartbeats in a row. */
export interface StreamLimits {
  readonly subscribeTimeoutMs: number;
  readonly heartbeatsMissed: number;
}

interface StreamPorts {
  readonly clock: Clock;
  readonly dialer: Dialer<SchedulerCall, SchedulerInbound>;
}

/** The interval that the original beats at, for a master that does not say. */
const HEARTBEAT_SECONDS = 15;

/** One subscription: dials, sends SUBSCRIBE, and watches that the master keeps talking. */
export class EventStream {
  readonly address: string;
  readonly #clock: Clock;
  readonly #limits: StreamLimits;
  readonly #owner: StreamOwner;
  #link: Link<SchedulerCall> | undefined;
  #over = false;
  #lastHeardMs: number;
  #timer: Timer;

  constructor(ports: StreamPorts, address: string, subscribe: SchedulerCall, limits: StreamLimits, owner: StreamOwner) {
    this.address = address;
    this.#clock = ports.clock;
    this.#limits = limits;
    this.#owner = owner;
    this.#lastHeardMs = ports.clock.nowMs();
    this.#timer = ports.clock.after(limits.subscribeTimeoutMs, () => this.#end('SUBSCRIBE was not answered in time'));
    this.#link = ports.dialer.dial(address, {
      received: (inbound) => this.#received(inbound),
      closed: (reason) => this.#end(reason),
    });
    if (this.#over) this.#link.close();
    else this.#link.send(subscribe);
  }

  /** Queues a call; does nothing once the stream is over. */
  send(call: SchedulerCall): void {
    if (!this.#over) this.#link?.send(call);
  }

  /** Delivers what was sent, then ends without a word to the owner. Safe to call twice. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer.cancel();
    this.#link?.close();
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.close();
    this.#owner.ended(reason);
  }

  #received(inbound: SchedulerInbound): void {
    if (this.#over) return;
    this.#lastHeardMs = this.#clock.nowMs();
    if (inbound.kind === 'refused') this.#owner.refused(inbound.refusal);
    else if (inbound.event.type === Type.SUBSCRIBED) this.#subscribed(inbound.event);
    else if (inbound.event.type !== Type.HEARTBEAT) this.#owner.event(inbound.event);
  }

  #subscribed({ subscribed }: SchedulerEvent): void {
    if (!subscribed) {
      this.#end('SUBSCRIBED came without its body');
      return;
    }
    this.#watch(subscribed.heartbeatIntervalSeconds ?? HEARTBEAT_SECONDS);
    this.#owner.subscribed(subscribed);
  }

  /** One timer looks at when the master last spoke, instead of one timer a message. */
  #watch(heartbeatSeconds: number): void {
    this.#timer.cancel();
    const patienceMs = heartbeatSeconds * 1000 * this.#limits.heartbeatsMissed;
    const look = () => {
      const leftMs = this.#lastHeardMs + patienceMs - this.#clock.nowMs();
      if (leftMs <= 0) this.#end(`nothing heard for ${patienceMs / 1000} s`);
      else this.#timer = this.#clock.after(leftMs, look);
    };
    this.#timer = this.#clock.after(patienceMs, look);
  }
}
