import type { Terminal } from './printer.js';
import { printable } from './style.js';

/** Work quicker than this stays quiet, in ms. */
const QUIET_MS = 1_000;
const FRAME_MS = 120;
/** Where lines cannot be redrawn, a line at most this often, in ms. */
const LINE_EVERY_MS = 5_000;
const NEWLINE = 0x0a;

/**
 * Tells what a wait is about: on a terminal one line that is redrawn, elsewhere a line now and then when the text has
 * changed. Says nothing before a second has passed, nor while other output comes.
 */
export class Progress implements Disposable {
  readonly #terminal: Terminal;
  readonly #startedAtMs = performance.now();
  readonly #ticker: NodeJS.Timeout;
  #text: string;
  #shown = '';
  #frame = 0;
  #quietUntilMs = this.#startedAtMs + QUIET_MS;
  /** Whether other output has stopped within a line, which must not be drawn over. */
  #withinLine = false;

  constructor(terminal: Terminal, text: string) {
    this.#terminal = terminal;
    this.#text = text;
    this.#ticker = setInterval(() => this.#draw(), FRAME_MS);
    this.#ticker.unref();
  }

  /** Changes what is shown. */
  update(text: string): void {
    this.#text = text;
  }

  /** Writes other output, of which nothing gets mixed with what is shown. */
  around(write: (data: Uint8Array) => void): (data: Uint8Array) => void {
    return (data) => {
      this.#clear();
      write(data);
      this.#withinLine = data.at(-1) !== NEWLINE;
      this.#quietUntilMs = performance.now() + QUIET_MS;
    };
  }

  /** Stops and clears the line. */
  [Symbol.dispose](): void {
    clearInterval(this.#ticker);
    this.#clear();
  }

  #clear(): void {
    if (this.#terminal.err.isTerminal && this.#shown !== '') this.#terminal.err.write('\r\x1b[K');
    if (this.#terminal.err.isTerminal) this.#shown = '';
  }

  #draw(): void {
    const nowMs = performance.now();
    if (nowMs < this.#quietUntilMs) return;
    const text = printable(this.#text);
    if (!this.#terminal.err.isTerminal) {
      if (text === this.#shown) return;
      this.#terminal.err.write(`${text}\n`);
      this.#quietUntilMs = nowMs + LINE_EVERY_MS;
    } else {
      if (this.#withinLine) return;
      const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[this.#frame++ % 10];
      const line = `${spinner} ${text} (${Math.round((nowMs - this.#startedAtMs) / 1_000)} s)`;
      // A line that wraps could not be redrawn.
      this.#terminal.err.write(`\r\x1b[K${line.slice(0, (this.#terminal.out.columns ?? 80) - 1)}`);
    }
    this.#shown = text;
  }
}
