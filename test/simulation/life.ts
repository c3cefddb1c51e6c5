import type { Clock, Timer } from '../../common/runtime/clock.js';

/**
 * One life of a process, from its start until it is killed. Whatever it was waiting for dies with it: timers set on
 * `clock` do not fire any more, and `onDeath` tells its connections, its disk and its containerizer.
 */
export class Life {
  readonly clock: Clock;
  alive = true;
  readonly #mourners: (() => void)[] = [];
  #timers = 0;

  constructor(clock: Clock) {
    this.clock = {
      nowMs: () => clock.nowMs(),
      wallMs: () => clock.wallMs(),
      after: (delayMs, fire) => this.#after(clock, delayMs, fire),
    };
  }

  /** Timers that are set and neither fired nor cancelled: a process that does not leak has few when idle. */
  get timers(): number {
    return this.#timers;
  }

  onDeath(act: () => void): void {
    this.#mourners.push(act);
  }

  /** SIGKILL. */
  end(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const act of this.#mourners) act();
  }

  #after(clock: Clock, delayMs: number, fire: () => void): Timer {
    let pending = true;
    const settle = () => {
      if (pending) this.#timers -= 1;
      pending = false;
    };
    this.#timers += 1;
    const timer = clock.after(delayMs, () => {
      settle();
      if (this.alive) fire();
    });
    return {
      cancel: () => {
        settle();
        timer.cancel();
      },
    };
  }
}
