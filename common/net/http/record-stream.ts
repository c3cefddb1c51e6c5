import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { encodeRecord } from '../../../proto/codec/index.js';
import type { Link } from '../../link.js';

/** How a stream of records is opened and bounded. */
export interface RecordStreamOptions<Message> {
  /** Headers of the answer, `Content-Type` among them. */
  readonly headers: OutgoingHttpHeaders;
  /** One record's payload. */
  readonly encode: (message: Message) => Uint8Array;
  /** Called once, last, in a later turn. */
  readonly closed: (reason: string) => void;
  /** Called with true when the reader does not keep up, with false once it has. Default: nobody cares. */
  readonly pressure?: (high: boolean) => void;
  /** What may wait for a reader; one for whom more waits is dropped. Default 64 MiB. */
  readonly maxWaitingBytes?: number;
}

/** How long a reader gets, after `close`, to take what was sent. */
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * An HTTP answer that is a stream of RecordIO records: status 200, chunked, each record (its length in decimal, a line
 * feed, its bytes) in one write and one chunk, because clients of the original rely on it. Nothing is written until
 * the first message or `open`, so that a call can still be refused.
 */
export class RecordStream<Message> implements Link<Message> {
  readonly #response: ServerResponse;
  readonly #options: RecordStreamOptions<Message>;
  #state: 'unopened' | 'open' | 'closed' = 'unopened';
  #pressed = false;

  constructor(response: ServerResponse, options: RecordStreamOptions<Message>) {
    this.#response = response;
    this.#options = options;
    response.once('close', () => {
      if (this.#state === 'open') this.#finish('the peer closed the connection');
    });
  }

  /** Sends the headers. Idempotent. */
  open(): void {
    if (this.#state !== 'unopened') return;
    this.#state = 'open';
    this.#response.writeHead(200, this.#options.headers).flushHeaders();
  }

  send(message: Message): void {
    if (this.#state === 'closed') return;
    this.open();
    const keepsUp = this.#response.write(encodeRecord(this.#options.encode(message)));
    if (!keepsUp) this.#relieve();
    const waitingBytes = this.#response.writableLength;
    if (waitingBytes <= (this.#options.maxWaitingBytes ?? 64 * 2 ** 20)) return;
    this.#finish(`the peer does not read: ${waitingBytes} bytes wait for it`);
    this.#response.destroy();
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.open();
    const deadline = setTimeout(() => this.#response.destroy(), CLOSE_TIMEOUT_MS).unref();
    this.#response.end(() => clearTimeout(deadline));
    this.#finish('closed by this side');
  }

  #relieve(): void {
    if (this.#pressed) return;
    this.#pressed = true;
    this.#options.pressure?.(true);
    this.#response.once('drain', () => {
      this.#pressed = false;
      this.#options.pressure?.(false);
    });
  }

  #finish(reason: string): void {
    this.#state = 'closed';
    setImmediate(() => this.#options.closed(reason));
  }
}
