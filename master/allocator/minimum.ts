import { containsQuantities, type Quantities } from '../../common/resources/quantities.js';

/** An offer must hold at least one of these: `cpus:0.01|mem:32`. */
export const DEFAULT_MINIMUMS: readonly Quantities[] = [new Map([['cpus', 10]]), new Map([['mem', 32_000]])];

/** Whether the scalars are worth an offer: at least one minimum is reached, or there is none. */
export function reachesMinimum(scalars: Quantities, minimums: readonly Quantities[]): boolean {
  return minimums.length === 0 || minimums.some((minimum) => containsQuantities(scalars, minimum));
}
