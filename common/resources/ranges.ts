/** Both ends included; integers. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

/** Sorted by `begin`, disjoint and not adjacent. Every function here takes and gives this form, in linear time. */
export type Ranges = readonly Range[];

/** Brings ranges in any order, overlapping or adjacent, into the sorted and merged form. */
export function mergeRanges(ranges: readonly Range[]): Ranges {
  if (isMerged(ranges)) return ranges;
  const merged: { begin: number; end: number }[] = [];
  for (const { begin, end } of ranges.toSorted((a, b) => a.begin - b.begin)) {
    const last = merged.at(-1);
    if (last !== undefined && begin <= last.end + 1) last.end = Math.max(last.end, end);
    else merged.push({ begin, end });
  }
  return merged;
}

/** Everything that is in either. */
export function addRanges(left: Ranges, right: Ranges): Ranges {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  return mergeRanges([...left, ...right]);
}

/** Everything of `left` that is not in `right`. */
export function subtractRanges(left: Ranges, right: Ranges): Ranges {
  const rest: Range[] = [];
  let next = 0;
  for (const { begin, end } of left) {
    let from = begin;
    while ((right[next]?.end ?? Infinity) < from) next++;
    for (let at = next; at < right.length; at++) {
      const hole = right[at];
      if (hole === undefined || hole.begin > end) break;
      if (hole.begin > from) rest.push({ begin: from, end: hole.begin - 1 });
      from = hole.end + 1;
      next = hole.end > end ? at : at + 1;
    }
    if (from <= end) rest.push({ begin: from, end });
  }
  return rest;
}

/** Whether all of `inner` lies in `outer`. */
export function containsRanges(outer: Ranges, inner: Ranges): boolean {
  let at = 0;
  return inner.every(({ begin, end }) => {
    while ((outer[at]?.end ?? Infinity) < begin) at++;
    const around = outer[at];
    return around !== undefined && around.begin <= begin && end <= around.end;
  });
}

/** How many integers the ranges hold. */
export function countRanges(ranges: Ranges): number {
  return ranges.reduce((count, { begin, end }) => count + end - begin + 1, 0);
}

/** As operators write and read them: `[31000-31999, 33000-33000]`. */
export function printRanges(ranges: readonly Range[]): string {
  return `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(', ')}]`;
}

function isMerged(ranges: readonly Range[]): boolean {
  let last = -Infinity;
  for (const { begin, end } of ranges) {
    if (begin <= last + 1 || end < begin) return false;
    last = end;
  }
  return true;
}
