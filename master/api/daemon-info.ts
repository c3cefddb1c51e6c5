/** What the API tells of the process itself. */
export interface DaemonInfo {
  /** Every flag in effect with its value as text, in the order of their names. */
  readonly flags: readonly { readonly name: string; readonly value: string }[];
  /** Milliseconds since the epoch. */
  readonly startedWallMs: number;
  /** When this master became the leader, milliseconds since the epoch. */
  readonly electedWallMs: number;
}
