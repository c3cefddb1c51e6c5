import { InvalidArgumentError, Option } from 'commander';

/** For options: a whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number ${range}, not "${text}".`);
  };
}

/** An option that may be given several times; its value is the list of all, undefined without any. */
export function repeatable(flags: string, description: string): Option {
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  return new Option(flags, description).argParser(collect);
}
