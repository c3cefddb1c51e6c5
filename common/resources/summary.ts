import { printAmount } from './amount.js';
import { addRanges, countRanges, printRanges, type Ranges } from './ranges.js';
import type { Resources } from './resources.js';

/** Resources as `/state` shows them: scalars in their own unit, ranges and sets as text. */
export type ResourceSummary = Readonly<Record<string, number | string>>;

const ALWAYS = ['cpus', 'disk', 'gpus', 'mem'];

/**
 * One number or text per name, reserved and unreserved together and revocable apart as `<name>_revocable`; `cpus`, `disk`,
 * `gpus` and `mem` are there even when zero. Ports read `[31000-31999, 33000-33000]`.
 */
export function summarize(resources: Resources): ResourceSummary {
  const steady = resources.nonRevocable();
  const revocable = Object.entries(byName(resources.revocable())).map(([name, value]) => [`${name}_revocable`, value]);
  const zeros = Object.fromEntries(ALWAYS.map((name) => [name, 0]));
  return { ...zeros, ...byName(steady), ...Object.fromEntries(revocable) };
}

/** What `/roles` and the roles of `/state` show: scalars, and of ranges and sets how many there are. Nothing is `{}`. */
export function summarizeQuantities(resources: Resources): Readonly<Record<string, number>> {
  const counts = new Map<string, number>([...resources.scalars()].map(([name, milli]) => [name, milli / 1000]));
  for (const { kind, amount } of resources) {
    if (amount.kind === 'scalar') continue;
    const count = amount.kind === 'ranges' ? countRanges(amount.ranges) : amount.items.length;
    counts.set(kind.name, (counts.get(kind.name) ?? 0) + count);
  }
  return Object.fromEntries(counts);
}

function byName(resources: Resources): ResourceSummary {
  const ranges = new Map<string, Ranges>();
  const items = new Map<string, readonly string[]>();
  for (const { kind, amount } of resources) {
    if (amount.kind === 'ranges') ranges.set(kind.name, addRanges(ranges.get(kind.name) ?? [], amount.ranges));
    if (amount.kind === 'set') items.set(kind.name, [...(items.get(kind.name) ?? []), ...amount.items]);
  }
  return {
    ...Object.fromEntries([...resources.scalars()].map(([name, milli]) => [name, milli / 1000])),
    ...Object.fromEntries([...ranges].map(([name, merged]) => [name, printRanges(merged)])),
    ...Object.fromEntries([...items].map(([name, list]) => [name, printAmount({ kind: 'set', items: list })])),
  };
}
