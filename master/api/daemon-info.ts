import { systemClock } from '../../common/runtime/clock.js';
import type { Verbosity } from '../../common/runtime/verbosity.js';

/** What the API tells of the process itself. */
export interface DaemonInfo {
  /** Every flag in effect with its value as text. */
  readonly flags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startedWallMs: number;
  /** When this master became the leader, milliseconds since the epoch. */
  readonly electedWallMs: number;
  /** What is logged. */
  readonly verbosity: Verbosity;
}

/** How long the process has run. */
export function uptimeMs({ startedWallMs }: DaemonInfo): number {
  return systemClock.wallMs() - startedWallMs;
}
