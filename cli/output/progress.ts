import type { Terminal } from './printer.js';

/**
 * Tells what a wait is about: on a terminal one line that is redrawn, elsewhere a line whenever the text changes. Says
 * nothing before a second has passed, so quick work stays quiet.
 */
export class Progress implements Disposable {
  readonly #terminal: Terminal;
  readonly #startedAtMs = performance.now();
  readonly #ticker: NodeJS.Timeout;
  #text: string;
  #shown = '';
  #frame = 0;

  constructor(terminal: Terminal, text: string) {
    this.#terminal = terminal;
    this.#text = text;
    this.#ticker = setInterval(() => this.#draw(), 120);
    this.#ticker.unref();
  }

  /** Changes what is shown. */
  update(text: string): void {
    this.#text = text;
  }

  /** Stops and clears the line. */
  [Symbol.dispose](): void {
    clearInterval(this.#ticker);
    if (this.#terminal.err.isTerminal && this.#shown !== '') this.#terminal.err.write('\r\x1b[K');
  }

  #draw(): void {
    const elapsedMs = performance.now() - this.#startedAtMs;
    if (elapsedMs < 1_000) return;
    if (this.#terminal.err.isTerminal) {
      const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[this.#frame++ % 10];
      this.#terminal.err.write(`\r\x1b[K${spinner} ${this.#text} (${Math.round(elapsedMs / 1_000)} s)`);
      this.#shown = this.#text;
    } else if (this.#shown !== this.#text) {
      this.#terminal.err.write(`${this.#text}\n`);
      this.#shown = this.#text;
    }
  }
}
