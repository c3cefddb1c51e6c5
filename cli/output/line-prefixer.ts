const NEWLINE = 0x0a;

/** Puts a prefix before each line of a byte stream whose pieces may end anywhere; lines are written whole. */
export class LinePrefixer {
  readonly #prefix: Buffer;
  readonly #write: (data: Uint8Array) => void;
  #partial: Buffer = Buffer.alloc(0);

  constructor(prefix: string, write: (data: Uint8Array) => void) {
    this.#prefix = Buffer.from(prefix);
    this.#write = write;
  }

  /** Writes the lines that are complete now, and keeps the rest (a rest beyond 64 KiB is written as a line). */
  write(data: Uint8Array): void {
    const all = Buffer.concat([this.#partial, data]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = all.indexOf(NEWLINE); end >= 0; end = all.indexOf(NEWLINE, start)) {
      lines.push(this.#prefix, all.subarray(start, end + 1));
      start = end + 1;
    }
    this.#partial = all.subarray(start);
    if (this.#partial.length > 64 * 1024) this.flush();
    if (lines.length > 0) this.#write(Buffer.concat(lines));
  }

  /** Writes what is left as a line. */
  flush(): void {
    if (this.#partial.length === 0) return;
    this.#write(Buffer.concat([this.#prefix, this.#partial, Buffer.from('\n')]));
    this.#partial = Buffer.alloc(0);
  }
}
