import type { Verbosity } from './verbosity.js';

/** What the APIs of both daemons tell of the process. */
export interface ProcessInfo {
  /** Every flag in effect with its value as text. */
  readonly flags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startedWallMs: number;
  /** What is logged. */
  readonly verbosity: Verbosity;
}
