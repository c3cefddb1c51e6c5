import { WireError } from './wire-error.js';

/** Default bound on one record in bytes. The original's clients expect at most 4 MiB; operator snapshots are larger. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

const LINE_FEED = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;
const MAX_LENGTH_DIGITS = 19; // what fits an unsigned integer of 64 bits, less one: more is never a length

/** One record: its length in decimal bytes, a line feed and the payload, in one buffer to be written at once. */
export function encodeRecord(payload: string | Uint8Array): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const header = `${bytes}\n`;
  const record = Buffer.allocUnsafe(header.length + bytes);
  record.write(header, 'latin1');
  if (typeof payload === 'string') record.write(payload, header.length);
  else record.set(payload, header.length);
  return record;
}

/**
 * Cuts a stream back into records. Bytes arrive in pieces of any size; what it holds is bounded by the size of the
 * record that is under way, however it trickles. The first fault is final: every later call throws it again.
 */
export class RecordDecoder {
  readonly #maxRecordBytes: number;
  #digits = 0;
  #length = 0;
  /** The payload under way; undefined while a length is being read. */
  #payload: Buffer | undefined;
  #filled = 0;
  #fault: WireError | undefined;

  constructor(maxRecordBytes: number = MAX_RECORD_BYTES) {
    this.#maxRecordBytes = maxRecordBytes;
  }

  /**
   * Takes the next bytes and returns the payloads that are complete with them; these may share memory with `chunk`.
   * Throws `WireError` at once when a length is not one or is beyond the bound; records complete before that point in
   * the same chunk are lost with the stream.
   */
  push(chunk: Uint8Array): Buffer[] {
    if (this.#fault !== undefined) throw this.#fault;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const records: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#payload === undefined) {
        at = this.#readLength(bytes, at);
        if (this.#payload === undefined) break;
      }
      at = this.#readPayload(bytes, at, records);
    }
    return records;
  }

  /** Tells the decoder that the stream has ended; throws `WireError` if that is in the middle of a record. */
  end(): void {
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#digits > 0 || this.#payload !== undefined) {
      throw this.#fail('SYNTAX', 'the stream ends within a record');
    }
  }

  #readLength(bytes: Buffer, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at] ?? LINE_FEED;
      if (byte === LINE_FEED && this.#digits > 0) {
        this.#payload = Buffer.alloc(0);
        this.#filled = 0;
        return at + 1;
      }
      if (byte < ZERO || byte > NINE) {
        throw this.#fail('SYNTAX', `byte 0x${byte.toString(16).padStart(2, '0')} where digits of a length are wanted`);
      }
      this.#digits += 1;
      this.#length = this.#length * 10 + (byte - ZERO);
      if (this.#length > this.#maxRecordBytes || this.#digits > MAX_LENGTH_DIGITS) {
        throw this.#fail('LIMIT', `a record of more than ${this.#maxRecordBytes} bytes`);
      }
    }
    return bytes.length;
  }

  #readPayload(bytes: Buffer, start: number, records: Buffer[]): number {
    const wanted = this.#length - this.#filled;
    const end = Math.min(start + wanted, bytes.length);
    if (end - start < wanted) {
      this.#keep(bytes.subarray(start, end));
      return end;
    }
    if (this.#filled === 0) {
      records.push(bytes.subarray(start, end));
    } else {
      this.#keep(bytes.subarray(start, end));
      records.push((this.#payload ?? bytes).subarray(0, this.#length));
    }
    this.#payload = undefined;
    this.#digits = 0;
    this.#length = 0;
    return end;
  }

  /** Doubles as it grows: a length alone reserves nothing, and bytes that come one by one cost no copy each. */
  #keep(piece: Buffer): void {
    let payload = this.#payload ?? Buffer.alloc(0);
    if (this.#filled + piece.length > payload.length) {
      const size = Math.min(this.#length, Math.max(this.#filled + piece.length, payload.length * 2, 1024));
      const grown = Buffer.allocUnsafeSlow(size);
      payload.copy(grown, 0, 0, this.#filled);
      payload = grown;
    }
    payload.set(piece, this.#filled);
    this.#payload = payload;
    this.#filled += piece.length;
  }

  #fail(code: 'SYNTAX' | 'LIMIT', problem: string): WireError {
    this.#fault = new WireError(code, `Failed to decode records: ${problem}`);
    this.#payload = undefined;
    return this.#fault;
  }
}
