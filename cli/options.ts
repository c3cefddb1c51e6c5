import { InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../common/runtime/duration.js';

/** For options: a whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number ${range}, not "${text}".`);
  };
}

/** For options: a duration in ms, above 0. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms > 0) return ms;
  throw new InvalidArgumentError(`Give a duration such as 90secs or 10mins, not "${text}".`);
}

/** An option that may be given several times; its value is the list of all. */
export function repeatable(flags: string, description: string): Option {
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return new Option(flags, description).argParser(collect).default([], 'none');
}
