import type { Dialer, Link, Receiver } from '../../common/link.js';
import type { LinkMethod } from '../../common/net/grpc-link.js';
import type { Clock } from '../../common/runtime/clock.js';
import type { Random } from '../../common/runtime/random.js';
import type { Life } from './life.js';
import type { Trace } from './trace.js';

/** Where a process is: packets travel between hosts, and partitions cut hosts apart. */
export interface Place {
  readonly host: string;
  readonly life: Life;
}

/** What the network needs of the run. */
export interface NetworkPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  /** A receiver threw: a bug. */
  thrown(place: string, error: unknown): void;
}

/** How long a connection may take to be made, and how soon a side notices that the other is out of reach. */
const DIAL_TIMEOUT_MS = 20_000;
const NOTICED_MS = { least: 5_000, most: 60_000 };

type Accept = (link: RawLink) => RawReceiver;
type RawLink = Link<Uint8Array>;
type RawReceiver = Receiver<Uint8Array>;
type Packet = { readonly arrivesMs: number } & (
  | { readonly kind: 'open' }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly reason: string }
);

interface Listener {
  readonly place: Place;
  readonly accept: Accept;
  readonly decode: (bytes: Uint8Array) => unknown[];
}

/** One end of a connection. Packets towards it wait in `inbox`, in the order they were sent. */
interface End {
  readonly host: string;
  readonly inbox: Packet[];
  life: Life | undefined;
  receiver: RawReceiver | undefined;
  /** Reads what arrives, for the trace. */
  decode: (bytes: Uint8Array) => unknown[];
  open: boolean;
  /** Everything that arrives vanishes. */
  deaf: boolean;
  lastArrivalMs: number;
}

/** A connection: the end that dialled, then the one that was dialled. */
interface Wire {
  readonly key: string;
  readonly ends: readonly [End, End];
}

/**
 * The network between the hosts. A connection is first in, first out while it lasts; it delays, stalls, breaks, and
 * falls silent. Messages travel as the bytes that the shipped codecs make of them, so no two processes ever share an
 * object.
 */
export class Network {
  /** Messages take up to this long in place of a millisecond or two. */
  slowMs = 0;
  /** Now and then a message arrives long after those sent later: the defect that must be noticed. */
  disorder = false;
  messages = 0;
  readonly #ports: NetworkPorts;
  readonly #listeners = new Map<string, Listener>();
  readonly #wires = new Set<Wire>();
  /** Pairs of hosts that are apart. */
  readonly #apart = new Set<string>();

  constructor(ports: NetworkPorts) {
    this.#ports = ports;
  }

  /** Answers at `address` until the process dies. */
  listen<Out, In>(
    place: Place,
    address: string,
    method: LinkMethod<Out, In>,
    accept: (link: Link<Out>) => Receiver<In>,
  ): void {
    const key = address + method.path;
    const listener = {
      place,
      decode: method.codec.decode,
      accept: (raw: RawLink) => unpack(method, accept(pack(method, raw))),
    };
    this.#listeners.set(key, listener);
    place.life.onDeath(() => this.#listeners.delete(key));
  }

  dialer<Out, In>(place: Place, method: LinkMethod<Out, In>): Dialer<Out, In> {
    return {
      dial: (address, receiver) =>
        pack(method, this.#dial(place, address + method.path, unpack(method, receiver), method.codec.decode)),
    };
  }

  /** All processes of a host die; `silently`: with its power, so that nobody is told. */
  kill(life: Life, silently: boolean): void {
    for (const wire of [...this.#wires]) {
      for (const [at, end] of wire.ends.entries()) {
        if (end.life !== life || !end.open) continue;
        end.open = false;
        const peer = wire.ends[1 - at] as End;
        if (silently) this.#notice(wire, peer, 'the peer is silent');
        else {
          if (this.#ports.random.next() < 0.5) peer.inbox.length = 0;
          this.#transmit(wire, peer, { kind: 'end', reason: 'the peer has died' });
        }
      }
      this.#sweep(wire);
    }
  }

  /** Cuts two hosts apart: what is sent waits, and if it lasts long enough each side gives up in its own time. */
  partition(one: string, other: string): void {
    this.#apart.add(pair(one, other));
    for (const wire of this.#wiresBetween(one, other)) {
      for (const end of wire.ends) {
        const untilMs = between(this.#ports.random, NOTICED_MS);
        this.#ports.clock.after(untilMs, () => {
          if (this.#isApart(wire)) this.#fail(wire, end, 'no route to host');
        });
      }
    }
  }

  /** What waited arrives; a side whose other side has given up hears that now. */
  heal(one: string, other: string): void {
    if (!this.#apart.delete(pair(one, other))) return;
    for (const wire of [...this.#wiresBetween(one, other)]) {
      for (const end of wire.ends) this.#pump(wire, end);
      const [here, there] = wire.ends;
      if (here.open !== there.open) this.#fail(wire, here.open ? here : there, 'reset by peer');
    }
  }

  healAll(): void {
    for (const key of [...this.#apart]) {
      const [one = '', other = ''] = key.split('|');
      this.heal(one, other);
    }
  }

  /** Breaks a connection at random: both ends hear it, each at its own time. Returns whether there was one. */
  breakOne(): boolean {
    const wire = this.#pick();
    if (!wire) return false;
    this.#ports.trace.note(`fault: ${name(wire)} breaks`);
    for (const end of wire.ends) {
      end.deaf = true;
      const laterMs = this.#ports.random.next() < 0.7 ? this.#latencyMs() : between(this.#ports.random, NOTICED_MS);
      this.#ports.clock.after(laterMs, () => this.#fail(wire, end, 'connection reset'));
    }
    return true;
  }

  /** A connection at random falls silent, in one direction or in both, and breaks only much later. */
  muteOne(): boolean {
    const wire = this.#pick();
    if (!wire) return false;
    const both = this.#ports.random.next() < 0.5;
    const deaf = wire.ends[this.#ports.random.next() < 0.5 ? 0 : 1] as End;
    for (const end of wire.ends) if (both || end === deaf) end.deaf = true;
    this.#ports.trace.note(`fault: ${name(wire)} falls silent${both ? '' : ` towards ${deaf.host}`}`);
    for (const end of wire.ends) this.#notice(wire, end, 'keepalive failed');
    return true;
  }

  #dial(place: Place, key: string, receiver: RawReceiver, decode: End['decode']): RawLink {
    const host = key.split(':')[0] ?? '';
    const here = createEnd(place.host, decode);
    const there = createEnd(host, () => []);
    here.life = place.life;
    here.receiver = receiver;
    const wire: Wire = { key, ends: [here, there] };
    this.#wires.add(wire);
    this.#transmit(wire, there, { kind: 'open' });
    this.#ports.clock.after(DIAL_TIMEOUT_MS, () => {
      if (there.receiver === undefined) this.#fail(wire, here, 'connection timed out');
    });
    return this.#link(wire, here, there);
  }

  #link(wire: Wire, here: End, there: End): RawLink {
    return {
      send: (bytes) => {
        if (here.open && here.life?.alive) this.#transmit(wire, there, { kind: 'data', bytes });
      },
      close: () => {
        if (!here.open || !here.life?.alive) return;
        this.#transmit(wire, there, { kind: 'end', reason: 'the peer closed the connection' });
        this.#fail(wire, here, 'closed by this side');
      },
    };
  }

  #transmit(
    wire: Wire,
    to: End,
    packet: { kind: 'open' } | { kind: 'data'; bytes: Uint8Array } | { kind: 'end'; reason: string },
  ): void {
    const nowMs = this.#ports.clock.nowMs();
    if (this.disorder && packet.kind === 'data' && this.#ports.random.next() < 0.1) {
      const lateMs = this.#ports.random.next() * 30_000;
      this.#ports.clock.after(lateMs, () => this.#arrived(wire, to, { ...packet, arrivesMs: nowMs + lateMs }));
      return;
    }
    const arrivesMs = Math.max(nowMs + this.#latencyMs(), to.lastArrivalMs);
    to.lastArrivalMs = arrivesMs;
    to.inbox.push({ ...packet, arrivesMs });
    this.#ports.clock.after(arrivesMs - nowMs, () => this.#pump(wire, to));
  }

  #pump(wire: Wire, to: End): void {
    const dueMs = this.#ports.clock.nowMs() + 1e-6;
    for (let packet = to.inbox[0]; packet && packet.arrivesMs <= dueMs; packet = to.inbox[0]) {
      if (this.#isApart(wire)) return;
      to.inbox.shift();
      this.#arrived(wire, to, packet);
    }
  }

  #arrived(wire: Wire, to: End, packet: Packet): void {
    const from = wire.ends[0] === to ? wire.ends[1] : wire.ends[0];
    if (packet.kind === 'data') this.messages += 1;
    if (to.deaf || !to.open) {
      if (packet.kind === 'data') this.#ports.trace.message(from.host, to.host, packet.bytes, to.decode, ' (lost)');
      return;
    }
    if (packet.kind === 'open') this.#accept(wire, to, from);
    else if (packet.kind === 'end') this.#ended(wire, to, from, packet.reason);
    else {
      this.#ports.trace.message(from.host, to.host, packet.bytes, to.decode);
      this.#guard(to, () => to.receiver?.received(packet.bytes));
    }
  }

  #accept(wire: Wire, here: End, there: End): void {
    const listener = this.#listeners.get(wire.key);
    if (!listener?.place.life.alive) {
      here.open = false;
      this.#transmit(wire, there, { kind: 'end', reason: 'connection refused' });
      return;
    }
    here.life = listener.place.life;
    here.decode = listener.decode;
    this.#guard(here, () => {
      here.receiver = listener.accept(this.#link(wire, here, there));
    });
  }

  #ended(wire: Wire, here: End, there: End, reason: string): void {
    if (there.open) this.#transmit(wire, there, { kind: 'end', reason: 'the peer closed the connection' });
    this.#fail(wire, here, reason);
  }

  /** This end is over, and its process hears so in a later turn. */
  #fail(wire: Wire, end: End, reason: string): void {
    if (!end.open) return;
    end.open = false;
    this.#sweep(wire);
    this.#ports.clock.after(0, () => {
      if (end.life?.alive) this.#guard(end, () => end.receiver?.closed(reason));
    });
  }

  #notice(wire: Wire, end: End, reason: string): void {
    this.#ports.clock.after(between(this.#ports.random, NOTICED_MS), () => this.#fail(wire, end, reason));
  }

  #sweep(wire: Wire): void {
    if (!wire.ends[0].open && !wire.ends[1].open) this.#wires.delete(wire);
  }

  #guard(end: End, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#ports.thrown(end.host, error);
    }
  }

  #latencyMs(): number {
    const { random } = this.#ports;
    return this.slowMs > 0 ? random.next() * this.slowMs : 0.05 + random.next() * 2;
  }

  #pick(): Wire | undefined {
    const wires = [...this.#wires].filter(({ ends }) => ends[0].open && ends[1].open && ends[1].receiver);
    return wires[Math.floor(this.#ports.random.next() * wires.length)];
  }

  #wiresBetween(one: string, other: string): Wire[] {
    const wanted = pair(one, other);
    return [...this.#wires].filter(({ ends: [here, there] }) => pair(here.host, there.host) === wanted);
  }

  #isApart({ ends: [here, there] }: Wire): boolean {
    return this.#apart.size > 0 && this.#apart.has(pair(here.host, there.host));
  }
}

function createEnd(host: string, decode: End['decode']): End {
  return {
    host,
    inbox: [],
    life: undefined,
    receiver: undefined,
    decode,
    open: true,
    deaf: false,
    lastArrivalMs: 0,
  };
}

function pack<Out, In>(method: LinkMethod<Out, In>, link: RawLink): Link<Out> {
  return { send: (message) => link.send(method.codec.encode(message)), close: () => link.close() };
}

function unpack<Out, In>(method: LinkMethod<Out, In>, receiver: Receiver<In>): RawReceiver {
  return {
    received: (bytes) => {
      for (const message of method.codec.decode(bytes)) receiver.received(message);
    },
    closed: (reason) => receiver.closed(reason),
  };
}

const pair = (one: string, other: string) => (one < other ? `${one}|${other}` : `${other}|${one}`);
const name = ({ ends: [here, there] }: Wire) => `link ${here.host} - ${there.host}`;
const between = (random: Random, { least, most }: { least: number; most: number }) =>
  least + random.next() * (most - least);
