import type { Link, Receiver } from '../link.js';
import { messageOf } from '../runtime/errors.js';
import type { Logger } from '../runtime/logger.js';
import { BatchWriter } from './batch-writer.js';

/** How the messages of one end of a link travel. A batch is a message that holds only repeated fields. */
export interface BatchCodec<Outgoing, Incoming> {
  /** The encoding of a batch that holds just this message; several of them end to end are one batch. */
  encode(message: Outgoing): Uint8Array;
  /** The messages of a batch, in order. Throws when the bytes are no batch. */
  decode(batch: Uint8Array): Incoming[];
}

/** One gRPC method that carries a link, as seen from one of its ends. */
export interface LinkMethod<Outgoing, Incoming> {
  /** Such as `/meseta.v1.AgentLink/Connect`. */
  readonly path: string;
  readonly codec: BatchCodec<Outgoing, Incoming>;
}

/** Bounds of a link; each has a default. */
export interface LinkLimits {
  /** A batch is cut once it holds this much. Default 1 MiB. */
  readonly maxBatchBytes?: number;
  /** Largest single message, both ways. Default 32 MiB. */
  readonly maxMessageBytes?: number;
  /** What may wait for a peer that does not read; beyond it the link is dropped. Default 64 MiB. */
  readonly maxWaitingBytes?: number;
  /** How long the peer gets, after `close`, to take what was sent. Default 5,000. */
  readonly closeTimeoutMs?: number;
  /** Silence after which a ping asks whether the peer lives. Default 10,000. */
  readonly keepaliveMs?: number;
  /** How long the answer to such a ping may take. Default 10,000. */
  readonly keepaliveTimeoutMs?: number;
}

/** The limits where none are given. */
export const LINK_DEFAULTS: Required<LinkLimits> = {
  maxBatchBytes: 2 ** 20,
  maxMessageBytes: 32 * 2 ** 20,
  maxWaitingBytes: 64 * 2 ** 20,
  closeTimeoutMs: 5_000,
  keepaliveMs: 10_000,
  keepaliveTimeoutMs: 10_000,
};

/** What an end needs of the stream that carries it. */
export interface LinkEndPorts<Outgoing, Incoming> {
  readonly codec: BatchCodec<Outgoing, Incoming>;
  readonly bounds: Required<LinkLimits>;
  readonly log: Logger;
  readonly write: (batch: Uint8Array, written: () => void) => void;
  readonly end: () => void;
  /** Ends the stream without waiting for anything. */
  readonly destroy: () => void;
}

/** What both ends share: batching, bounds, and the promise that `closed` comes once, last and in a later turn. */
export class LinkEnd<Outgoing, Incoming> implements Link<Outgoing> {
  readonly #ports: LinkEndPorts<Outgoing, Incoming>;
  readonly #writer: BatchWriter;
  #receiver: Receiver<Incoming> | undefined;
  #open = true;
  #deadline: NodeJS.Timeout | undefined;

  constructor(ports: LinkEndPorts<Outgoing, Incoming>) {
    this.#ports = ports;
    this.#writer = new BatchWriter(
      {
        write: ports.write,
        end: ports.end,
        overflowed: (waitingBytes) => this.#drop(`the peer does not read: ${waitingBytes} bytes wait for it`),
      },
      ports.bounds,
    );
  }

  /** Must be called in the turn in which the end was made. */
  attach(receiver: Receiver<Incoming>): void {
    this.#receiver = receiver;
  }

  send(message: Outgoing): void {
    if (!this.#open) return;
    const bytes = this.#ports.codec.encode(message);
    if (bytes.length > this.#ports.bounds.maxMessageBytes) {
      this.#drop(`a message of ${bytes.length} bytes exceeds the bound of ${this.#ports.bounds.maxMessageBytes}`);
      return;
    }
    this.#writer.push(bytes);
  }

  close(): void {
    if (!this.#open) return;
    this.#writer.end();
    this.#deadline = setTimeout(() => this.#ports.destroy(), this.#ports.bounds.closeTimeoutMs).unref();
    this.#finish('closed by this side');
  }

  /** A batch has come. */
  arrived(batch: Uint8Array): void {
    if (!this.#open) return;
    let messages: Incoming[];
    try {
      messages = this.#ports.codec.decode(batch);
    } catch (error) {
      this.#drop(`what the peer sent cannot be read: ${messageOf(error)}`);
      return;
    }
    for (const message of messages) {
      if (!this.#open) return;
      this.#deliver(message);
    }
  }

  /** What was sent before `close` is on its way: nothing is left that a bound must end. */
  flushed(): void {
    clearTimeout(this.#deadline);
  }

  /** The stream ended, by the peer or by accident. */
  broke(reason: string): void {
    clearTimeout(this.#deadline);
    this.#writer.abandon();
    this.#finish(reason);
  }

  #deliver(message: Incoming): void {
    try {
      this.#receiver?.received(message);
    } catch (error) {
      // A bug of ours, met while serving one peer: it costs that peer its connection, not everyone the daemon.
      this.#ports.log.error('Message could not be handled', { error });
      this.#drop('a message could not be handled');
    }
  }

  #drop(reason: string): void {
    this.#writer.abandon();
    this.#ports.log.warn('Link dropped', { reason });
    this.#finish(reason);
    this.#ports.destroy();
  }

  #finish(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    setImmediate(() => this.#receiver?.closed(reason));
  }
}
