import { type Clock, systemClock, type Timer } from './clock.js';
import type { LogLevel } from './logger.js';

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** What is logged: a least severity, and for a while more when an operator asks for it. */
export class Verbosity {
  readonly #least: LogLevel;
  readonly #clock: Clock;
  #level = 0;
  #end: Timer | undefined;

  constructor(least: LogLevel, clock: Clock = systemClock) {
    this.#least = least;
    this.#clock = clock;
  }

  /** 0: as the daemon was started; more: everything is logged. The original knows 0 to 3. */
  get level(): number {
    return this.#level;
  }

  /** Logs more from now on, for `durationMs`; the last word counts. */
  raise(level: number, durationMs: number): void {
    this.#end?.cancel();
    this.#level = level;
    this.#end = this.#clock.after(durationMs, () => {
      this.#level = 0;
    });
  }

  allows(severity: LogLevel): boolean {
    return this.#level > 0 || ORDER.indexOf(severity) >= ORDER.indexOf(this.#least);
  }
}
