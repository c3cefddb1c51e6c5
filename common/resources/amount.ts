import { addRanges, containsRanges, printRanges, type Ranges, subtractRanges } from './ranges.js';

/** How much of a resource: thousandths of a scalar, whole ranges, or named items in the order they were given. */
export type Amount =
  | { readonly kind: 'scalar'; readonly milli: number }
  | { readonly kind: 'ranges'; readonly ranges: Ranges }
  | { readonly kind: 'set'; readonly items: readonly string[] };

/** Thousandths of a scalar from the wire, rounded half away from zero as the original's fixed point does. */
export function toMilli(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value) * 1000);
}

/** Whether there is none of it: 0, no ranges, no items. */
export function isEmptyAmount(amount: Amount): boolean {
  switch (amount.kind) {
    case 'scalar':
      return amount.milli === 0;
    case 'ranges':
      return amount.ranges.length === 0;
    case 'set':
      return amount.items.length === 0;
  }
}

/** The sum of two amounts of one kind; ranges and sets unite. */
export function addAmounts(left: Amount, right: Amount): Amount {
  if (left.kind === 'scalar' && right.kind === 'scalar') return { kind: 'scalar', milli: left.milli + right.milli };
  if (left.kind === 'ranges' && right.kind === 'ranges') {
    return { kind: 'ranges', ranges: addRanges(left.ranges, right.ranges) };
  }
  if (left.kind === 'set' && right.kind === 'set') {
    return { kind: 'set', items: [...new Set([...left.items, ...right.items])] };
  }
  return left;
}

/** What is left of `left`; the caller has made sure that it contains `right`. */
export function subtractAmounts(left: Amount, right: Amount): Amount {
  if (left.kind === 'scalar' && right.kind === 'scalar') return { kind: 'scalar', milli: left.milli - right.milli };
  if (left.kind === 'ranges' && right.kind === 'ranges') {
    return { kind: 'ranges', ranges: subtractRanges(left.ranges, right.ranges) };
  }
  if (left.kind === 'set' && right.kind === 'set') {
    const taken = new Set(right.items);
    return { kind: 'set', items: left.items.filter((item) => !taken.has(item)) };
  }
  return left;
}

/** Whether all of `inner` is within `outer`. False for amounts of two kinds. */
export function containsAmount(outer: Amount, inner: Amount): boolean {
  if (outer.kind === 'scalar' && inner.kind === 'scalar') return inner.milli <= outer.milli;
  if (outer.kind === 'ranges' && inner.kind === 'ranges') return containsRanges(outer.ranges, inner.ranges);
  if (outer.kind === 'set' && inner.kind === 'set') {
    const held = new Set(outer.items);
    return inner.items.every((item) => held.has(item));
  }
  return false;
}

/** `1.5`, `[1-2, 4-4]` or `{a, b}`. */
export function printAmount(amount: Amount): string {
  switch (amount.kind) {
    case 'scalar':
      return String(amount.milli / 1000);
    case 'ranges':
      return printRanges(amount.ranges);
    case 'set':
      return `{${amount.items.join(', ')}}`;
  }
}
