const NS_PER_MS = 1_000_000;

/** Units with their length in nanoseconds, shortest first. */
const UNITS = [
  ['ns', 1],
  ['us', 1000],
  ['ms', NS_PER_MS],
  ['secs', 1000 * NS_PER_MS],
  ['mins', 60_000 * NS_PER_MS],
  ['hrs', 3_600_000 * NS_PER_MS],
  ['days', 86_400_000 * NS_PER_MS],
  ['weeks', 604_800_000 * NS_PER_MS],
] as const;

/** The original keeps durations as signed 64-bit nanoseconds; longer ones (292 years) it refuses. */
const LONGEST_NS = 2 ** 63;

/** Significant digits of a printed fraction, those a double is sure of. */
const DIGITS = 15;

/**
 * Milliseconds of a duration such as `500ms`, `10secs`, `1.5mins` or `2weeks`; NaN when malformed, negative or longer
 * than 292 years. Units: ns, us, ms, secs, mins, hrs, days, weeks. A number without unit is malformed, 0 included.
 */
export function parseDuration(text: string): number {
  const match = /^(\d+\.?\d*|\.\d+)([a-z]+)$/.exec(text.trim());
  const unit = UNITS.find(([name]) => name === match?.[2]);
  if (match?.[1] === undefined || unit === undefined) return Number.NaN;
  const ns = Number(match[1]) * unit[1];
  return ns < LONGEST_NS ? ns / NS_PER_MS : Number.NaN;
}

/**
 * Prints as the original does: in the largest unit that fits, or the next smaller one when only that gives a whole
 * number (`90secs`, not `1.5mins`), else with a fraction. `ms` is at least 0.
 */
export function printDuration(ms: number): string {
  const ns = Math.round(ms * NS_PER_MS);
  const at = Math.max(
    0,
    UNITS.findLastIndex(([, length]) => length <= ns),
  );
  const [name, length] = UNITS[at] ?? UNITS[0];
  const smaller = UNITS[at - 1];
  if (ns % length !== 0 && smaller !== undefined && ns % smaller[1] === 0) return `${ns / smaller[1]}${smaller[0]}`;
  return `${Number((ns / length).toPrecision(DIGITS))}${name}`;
}
