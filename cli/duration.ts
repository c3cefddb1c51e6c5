import { parseDuration } from '../common/runtime/duration.js';

/** What people type, and the units of flags that they mean. */
const SHORT: Readonly<Record<string, string>> = { s: 'secs', m: 'mins', h: 'hrs', d: 'days', w: 'weeks' };

/** What a duration must be, for messages. */
export const DURATION_WANTED = 'a duration such as 90s, 10m, 1h or 500ms';

/**
 * Milliseconds of a duration as people type it: `3s`, `10m`, `1h`, `2d`, `1w`, or in the units of flags (`ms`, `secs`,
 * `mins`, ...); NaN when it is none.
 */
export function readDuration(text: string): number {
  const trimmed = text.trim();
  const unit = SHORT[trimmed.at(-1) ?? ''];
  return unit !== undefined && /[\d.]$/.test(trimmed.slice(0, -1))
    ? parseDuration(`${trimmed.slice(0, -1)}${unit}`)
    : parseDuration(trimmed);
}
