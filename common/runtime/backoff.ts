import type { Random } from './random.js';

/** The ceiling of waits between retries: where it starts and where it ends. */
export interface BackoffBounds {
  /** Longest first wait, in ms. */
  readonly firstMs: number;
  /** Longest wait of all, in ms. */
  readonly mostMs: number;
}

/** Longest wait before retry number `attempt` (0 for the first), in ms: doubles each time up to `mostMs`. */
export function backoffCeilingMs(attempt: number, { firstMs, mostMs }: BackoffBounds): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 62));
}

/** A wait in ms drawn evenly from 0 to the ceiling, so that many who failed together do not come back together. */
export function backoffMs(attempt: number, bounds: BackoffBounds, random: Random): number {
  return random.next() * backoffCeilingMs(attempt, bounds);
}

/** Counts the attempts: one for whoever retries until it works. */
export class Backoff {
  readonly #bounds: BackoffBounds;
  readonly #random: Random;
  #attempt = 0;

  constructor(bounds: BackoffBounds, random: Random) {
    this.#bounds = bounds;
    this.#random = random;
  }

  /** How long to wait before the next attempt, in ms. */
  next(): number {
    return backoffMs(this.#attempt++, this.#bounds, this.#random);
  }

  /** It worked: the next failure starts with short waits again. */
  reset(): void {
    this.#attempt = 0;
  }
}
