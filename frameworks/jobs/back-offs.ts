import type { Clock, Timer } from '../../common/runtime/clock.js';

/** Shortest time between two wakes, in ms: instances that are due together are tried together. */
const WAKE_EVERY_MS = 100;

/** Waiting instances that are not to be tried yet. Calls `wake` when some of them may be. */
export class BackOffs {
  readonly #clock: Clock;
  readonly #wake: () => void;
  /** By job and index, when the wait ends on the monotonic clock: a host's clock that is set must not prolong it. */
  readonly #dueAtMs = new Map<string, number>();
  #timer: Timer | undefined;
  #firesAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  get size(): number {
    return this.#dueAtMs.size;
  }

  has(jobId: string, index: number): boolean {
    return this.#dueAtMs.has(keyOf(jobId, index));
  }

  add(jobId: string, index: number, delayMs: number): void {
    const dueAtMs = this.#clock.nowMs() + delayMs;
    this.#dueAtMs.set(keyOf(jobId, index), dueAtMs);
    if (dueAtMs < this.#firesAtMs) this.#arm(delayMs);
  }

  delete(jobId: string, index: number): void {
    this.#dueAtMs.delete(keyOf(jobId, index));
  }

  #arm(delayMs: number): void {
    this.#timer?.cancel();
    const waitMs = Math.max(WAKE_EVERY_MS, delayMs);
    this.#firesAtMs = this.#clock.nowMs() + waitMs;
    this.#timer = this.#clock.after(waitMs, () => this.#fire());
  }

  #fire(): void {
    const nowMs = this.#clock.nowMs();
    this.#timer = undefined;
    this.#firesAtMs = Number.POSITIVE_INFINITY;
    let nextAtMs = Number.POSITIVE_INFINITY;
    let due = 0;
    for (const [key, dueAtMs] of this.#dueAtMs) {
      if (dueAtMs > nowMs) nextAtMs = Math.min(nextAtMs, dueAtMs);
      else {
        this.#dueAtMs.delete(key);
        due += 1;
      }
    }
    if (nextAtMs < Number.POSITIVE_INFINITY) this.#arm(nextAtMs - nowMs);
    if (due > 0) this.#wake();
  }
}

const keyOf = (jobId: string, index: number) => `${jobId}/${index}`;
