import { systemClock } from '../../common/runtime/clock.js';
import type { ProcessInfo } from '../../common/runtime/process-info.js';

/** What the API tells of the process itself. */
export interface DaemonInfo extends ProcessInfo {
  /** When this master became the leader, milliseconds since the epoch. */
  readonly electedWallMs: number;
}

/** How long the process has run. */
export function uptimeMs({ startedWallMs }: DaemonInfo): number {
  return systemClock.wallMs() - startedWallMs;
}
