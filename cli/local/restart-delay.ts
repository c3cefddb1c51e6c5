/** Delay before the n-th restart in a row, in ms: at once at first (a crash is best healed fast), at most 10 s. */
export function restartDelayMs(failures: number): number {
  return Math.min(10_000, 50 * 2 ** Math.max(1, Math.min(failures, 20)));
}
