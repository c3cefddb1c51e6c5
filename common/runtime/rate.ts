import { parseDuration } from './duration.js';

/** At most `permits` in any window of `perMs` milliseconds. */
export interface Rate {
  readonly permits: number;
  readonly perMs: number;
}

/** The rate that a text such as `1/10mins` stands for; undefined when malformed or not positive. */
export function parseRate(text: string): Rate | undefined {
  const match = /^(\d+)\/(.+)$/.exec(text.trim());
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const [permits, perMs] = [Number(match[1]), parseDuration(match[2])];
  return permits > 0 && Number.isSafeInteger(permits) && perMs > 0 ? { permits, perMs } : undefined;
}
