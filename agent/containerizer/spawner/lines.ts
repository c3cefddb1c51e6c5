import { LONGEST_LINE } from './protocol.js';

/** Splits a stream of bytes into lines, keeping what is unfinished; throws beyond the bound on a line. */
export class LineReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /** The lines that `chunk` completes, without their line feeds. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      lines.push(this.#take(chunk.subarray(from, end)));
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    return lines;
  }

  #take(last: Buffer): string {
    this.#keep(last);
    const line = this.#chunks.length === 1 ? last.toString() : Buffer.concat(this.#chunks).toString();
    this.#chunks = [];
    this.#length = 0;
    return line;
  }

  #keep(part: Buffer): void {
    this.#length += part.length;
    if (this.#length > LONGEST_LINE) throw new RangeError(`Cannot read message: longer than ${LONGEST_LINE} bytes`);
    this.#chunks.push(part);
  }
}
