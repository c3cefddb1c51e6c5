/** Delay before the n-th restart in a row, in ms: at once at first (a crash is best healed fast), at most 10 s. */
export function truncatedBackoffMs(failures: number): number {
  return failures <= 1 ? 100 : Math.min(10_000, 100 * 2 ** Math.min(failures, 20));
}
