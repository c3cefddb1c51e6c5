/** Units with their size in bytes, largest first: powers of 1024, as the original counts. */
const UNITS = [
  ['TB', 1024 ** 4],
  ['GB', 1024 ** 3],
  ['MB', 1024 ** 2],
  ['KB', 1024],
  ['B', 1],
] as const;

/** Bytes of a size such as `4KB` or `2GB` (B, KB, MB, GB, TB, steps of 1024; whole numbers); NaN when malformed. */
export function parseBytes(text: string): number {
  const match = /^(\d+)([KMGT]?B)$/.exec(text.trim());
  const unit = UNITS.find(([name]) => name === match?.[2]);
  if (match?.[1] === undefined || unit === undefined) return Number.NaN;
  const bytes = Number(match[1]) * unit[1];
  return Number.isSafeInteger(bytes) ? bytes : Number.NaN;
}

/** Prints in the largest unit that gives a whole number, so nothing is lost: `4KB`, `1025B`, `0B`. */
export function printBytes(bytes: number): string {
  const [name, size] = UNITS.find(([, unit]) => bytes >= unit && bytes % unit === 0) ?? ['B', 1];
  return `${bytes / size}${name}`;
}
