import { createEntry, type Entry } from '../../common/resources/entry.js';
import { type Range, type Ranges, subtractRanges } from '../../common/resources/ranges.js';
import { Resources } from '../../common/resources/resources.js';
import type { PortWish } from './requirement.js';

/** Entries that any task may eat from: no volumes, no disks of their own, nothing shared. */
export function edible(held: Resources, revocable: boolean): Resources {
  return held.filter(
    ({ kind }) => !kind.disk && !kind.shared && kind.providerId === undefined && kind.revocable === revocable,
  );
}

/** How much of a scalar is there, in thousandths. */
export function scalarMilli(held: Resources, name: string): number {
  return held.scalars().get(name) ?? 0;
}

/**
 * Takes `milli` of a scalar out of the entries that hold it, allocation and reservations as they are, reserved ones
 * first: nobody else could use them. Undefined when there is not enough.
 */
export function takeScalar(held: Resources, name: string, milli: number): Resources | undefined {
  const taken: Entry[] = [];
  let missing = milli;
  for (const entry of reservedFirst(held)) {
    if (missing === 0) break;
    if (entry.kind.name !== name || entry.amount.kind !== 'scalar') continue;
    const part = Math.min(missing, entry.amount.milli);
    taken.push(createEntry(entry.kind, entry.role, { kind: 'scalar', milli: part }));
    missing -= part;
  }
  return missing === 0 ? Resources.of(taken) : undefined;
}

/** Ports that were chosen, in the order of the wishes, and the resources they come from. */
export interface TakenPorts {
  readonly ports: readonly number[];
  readonly resources: Resources;
}

/**
 * Takes ports: the fixed ones first, then any others, from `start` (a share of what is free, 0 to less than 1) onwards,
 * so that a port just freed is not the first to be used again. Undefined when a wish cannot be met.
 */
export function takePorts(held: Resources, wishes: readonly PortWish[], start: number): TakenPorts | undefined {
  const fixed = wishes.filter((wish) => wish !== 'any');
  if (new Set(fixed).size < fixed.length) return undefined;
  const fixedRanges = [...fixed].sort((a, b) => a - b).map((port): Range => ({ begin: port, end: port }));
  const free = subtractRanges(held.ports(), fixedRanges);
  const loose = pick(free, wishes.length - fixed.length, start);
  const next = loose[Symbol.iterator]();
  const ports = wishes.map((wish) => (wish === 'any' ? (next.next().value ?? -1) : wish));
  const entries = ports.map((port) => entryOf(held, port));
  if (entries.includes(undefined)) return undefined;
  return { ports, resources: Resources.of(entries.filter((entry) => entry !== undefined)) };
}

/** `count` numbers out of ranges, evenly from a share `start` of them onwards, wrapping around; fewer if there are. */
function pick(free: Ranges, count: number, start: number): number[] {
  const size = free.reduce((sum, { begin, end }) => sum + end - begin + 1, 0);
  const first = Math.floor(size * start);
  const picked: number[] = [];
  for (let nth = 0; nth < Math.min(count, size); nth++) picked.push(at(free, (first + nth) % size));
  return picked;
}

function at(ranges: Ranges, index: number): number {
  let left = index;
  for (const { begin, end } of ranges) {
    if (begin + left <= end) return begin + left;
    left -= end - begin + 1;
  }
  return -1;
}

function entryOf(held: Resources, port: number): Entry | undefined {
  const ranges = [{ begin: port, end: port }];
  for (const { kind, role, amount } of reservedFirst(held)) {
    if (kind.name !== 'ports' || amount.kind !== 'ranges') continue;
    if (amount.ranges.some(({ begin, end }) => begin <= port && port <= end)) {
      return createEntry(kind, role, { kind: 'ranges', ranges });
    }
  }
  return undefined;
}

function reservedFirst(held: Resources): Entry[] {
  return [...held].sort((a, b) => b.kind.reservations.length - a.kind.reservations.length);
}
