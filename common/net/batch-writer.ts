/** Where batches go: a gRPC call, or a test's twin of one. */
export interface BatchSink {
  /** `written` is called in a later turn, once the batch has left our buffers. */
  write(batch: Uint8Array, written: () => void): void;
  /** Everything has been written, and nothing follows. */
  end(): void;
  /** The peer does not read: what waits for it exceeds the bound and is lost. Nothing is written after this. */
  overflowed(waitingBytes: number): void;
}

/** Bounds of a writer, in bytes. */
export interface BatchBounds {
  /** A batch is cut once it holds this much; a single message may exceed it. */
  readonly maxBatchBytes: number;
  /** What may wait for a slow peer, the batch being written included. */
  readonly maxWaitingBytes: number;
}

/**
 * Gathers encoded messages into batches. Messages of one turn of the event loop leave together, and so do all that
 * came while the batch before was being written. Relies on a property of the wire format: messages that hold only
 * repeated fields, set end to end, are one message with all their elements.
 */
export class BatchWriter {
  readonly #sink: BatchSink;
  readonly #bounds: BatchBounds;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writingBytes = 0;
  #flushPlanned = false;
  #state: 'open' | 'ending' | 'done' = 'open';

  constructor(sink: BatchSink, bounds: BatchBounds) {
    this.#sink = sink;
    this.#bounds = bounds;
  }

  /** Queues one encoded message. Does nothing once ended. */
  push(message: Uint8Array): void {
    if (this.#state !== 'open') return;
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
    const held = this.#waitingBytes + this.#writingBytes;
    if (held > this.#bounds.maxWaitingBytes) {
      this.abandon();
      this.#sink.overflowed(held);
      return;
    }
    this.#planFlush();
  }

  /** Writes what waits, then ends the sink. Idempotent. */
  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#planFlush();
  }

  /** Forgets what waits; the sink is not touched again. */
  abandon(): void {
    this.#state = 'done';
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #planFlush(): void {
    if (this.#flushPlanned || this.#writingBytes > 0) return;
    this.#flushPlanned = true;
    setImmediate(() => {
      this.#flushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#state === 'done' || this.#writingBytes > 0) return;
    if (this.#waiting.length === 0) {
      if (this.#state === 'ending') {
        this.#state = 'done';
        this.#sink.end();
      }
      return;
    }
    const batch = this.#takeBatch();
    this.#writingBytes = batch.length;
    this.#sink.write(batch, () => {
      this.#writingBytes = 0;
      this.#flush();
    });
  }

  #takeBatch(): Uint8Array {
    let count = 0;
    let bytes = 0;
    for (const message of this.#waiting) {
      if (count > 0 && bytes + message.length > this.#bounds.maxBatchBytes) break;
      count += 1;
      bytes += message.length;
    }
    const taken = this.#waiting.splice(0, count);
    this.#waitingBytes -= bytes;
    return taken.length === 1 && taken[0] !== undefined ? taken[0] : Buffer.concat(taken, bytes);
  }
}
