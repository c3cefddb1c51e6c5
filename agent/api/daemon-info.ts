import type { Verbosity } from '../../common/runtime/verbosity.js';

/** What the API tells of the agent's process. */
export interface DaemonInfo {
  /** Every flag in effect with its value as text. */
  readonly flags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startedWallMs: number;
  /** Host name of the leading master as configured, for `/state`. */
  readonly masterHostname: string;
  /** What is logged. */
  readonly verbosity: Verbosity;
}
