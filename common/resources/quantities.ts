/** Scalar amounts in thousandths by resource name (`cpus` 1500 is one and a half core, `mem` 1000 one MiB), none zero. */
export type Quantities = ReadonlyMap<string, number>;

/** Nothing of anything; the neutral element of `addQuantities`. */
export const NO_QUANTITIES: Quantities = new Map();

/** `left` plus `factor` times `right`; names that come to nothing are left out. */
export function addQuantities(left: Quantities, right: Quantities, factor: 1 | -1 = 1): Quantities {
  const sum = new Map(left);
  for (const [name, milli] of right) {
    const total = (sum.get(name) ?? 0) + factor * milli;
    if (total === 0) sum.delete(name);
    else sum.set(name, total);
  }
  return sum;
}

/** Whether `outer` holds at least as much as `inner` of every name. */
export function containsQuantities(outer: Quantities, inner: Quantities): boolean {
  return [...inner].every(([name, milli]) => (outer.get(name) ?? 0) >= milli);
}
