/** What the API tells of the process itself. */
export interface DaemonInfo {
  /** Every flag in effect with its value as text. */
  readonly flags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startedWallMs: number;
  /** When this master became the leader, milliseconds since the epoch. */
  readonly electedWallMs: number;
}
