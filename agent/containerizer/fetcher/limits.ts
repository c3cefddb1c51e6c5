import { Transform } from 'node:stream';
import { CodedError } from '../../../common/runtime/errors.js';

/** Bounds on one fetch, all its URIs together. */
export interface FetchLimits {
  /** Bytes written to disk, downloads and what is unpacked. */
  readonly maxBytes: number;
  /** Files, folders and links that archives hold. */
  readonly maxEntries: number;
  /** How many times larger than the archive its content may be, beyond `freeBytes`. */
  readonly maxRatio: number;
  /** Unpacked bytes to which no ratio applies. */
  readonly freeBytes: number;
  /** --fetcher_stall_timeout, ms: a source that gives nothing for so long has failed. */
  readonly stallTimeoutMs: number;
}

/** Far above what people ship as a task's files, far below what hurts an agent. */
export const FETCH_LIMITS: FetchLimits = Object.freeze({
  maxBytes: 64 * 1024 ** 3,
  maxEntries: 500_000,
  maxRatio: 200,
  freeBytes: 256 * 1024 ** 2,
  stallTimeoutMs: 60_000,
});

/** What one fetch has used of its bounds. Each method throws LIMIT when a bound is passed. */
export class Allowance {
  readonly #limits: FetchLimits;
  #bytes = 0;
  #entries = 0;

  constructor(limits: FetchLimits) {
    this.#limits = limits;
  }

  get stallTimeoutMs(): number {
    return this.#limits.stallTimeoutMs;
  }

  /** Counts one file, folder or link; throws when there are more than the limit. */
  entry(): void {
    if (++this.#entries > this.#limits.maxEntries) throw beyond(`more than ${this.#limits.maxEntries} files`);
  }

  /** Counts bytes that were written; throws when there are more than the limit. */
  bytes(count: number): void {
    this.#bytes += count;
    if (this.#bytes > this.#limits.maxBytes) throw beyond(`more than ${this.#limits.maxBytes} bytes`);
  }

  /** A stream that counts what passes against the bytes. */
  counter(): Transform {
    return passing((chunk) => this.bytes(chunk.length));
  }

  /** A stream that counts what is unpacked from `packedBytes` against the bytes and the ratio. */
  unpackCounter(packedBytes: number): Transform {
    let unpacked = 0;
    const { freeBytes, maxRatio } = this.#limits;
    return passing((chunk) => {
      unpacked += chunk.length;
      this.bytes(chunk.length);
      if (unpacked > freeBytes && unpacked > packedBytes * maxRatio)
        throw beyond(`more than ${maxRatio} times its size`);
    });
  }
}

function passing(check: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      try {
        check(chunk);
        next(null, chunk);
      } catch (error) {
        next(error as Error);
      }
    },
  });
}

const beyond = (what: string) => new CodedError('LIMIT', `Cannot fetch: ${what}`);
