import { type BackoffBounds, backoffCeilingMs, backoffMs } from '../../common/runtime/backoff.js';
import type { Random } from '../../common/runtime/random.js';

/** How long an instance waits before it is tried again: longer each time, within these bounds. */
export const RESTART_BOUNDS: BackoffBounds = { firstMs: 1_000, mostMs: 60_000 };

/**
 * The wait before the next try after so many setbacks, in ms; none without one. At least half of the longest, so that
 * tries are bounded in time, the rest drawn, so that instances that failed together do not come back together.
 */
export function restartDelayMs(setbacks: number, random: Random): number {
  if (setbacks <= 0) return 0;
  const attempt = setbacks - 1;
  return (backoffCeilingMs(attempt, RESTART_BOUNDS) + backoffMs(attempt, RESTART_BOUNDS, random)) / 2;
}
