import { isIP } from 'node:net';
import { parseBytes, printBytes } from './bytes.js';
import { parseDuration, printDuration } from './duration.js';
import type { FlagKind } from './flag.js';
import { parseRate, type Rate } from './rate.js';

/** Any text, the empty one too. */
export const text: FlagKind<string> = { wanted: 'text', placeholder: 'TEXT', parse: (value) => value };

/** A text with more than white space in it, kept as it is written. */
export const nonEmpty: FlagKind<string> = {
  wanted: 'a text that is not empty',
  placeholder: 'TEXT',
  parse: (value) => (value.trim() === '' ? undefined : value),
};

/** A path; `file:///x` is `/x`. */
export const path: FlagKind<string> = {
  wanted: 'a path, such as /var/lib/meseta',
  placeholder: 'PATH',
  path: true,
  parse: (value) => (value === '' || value.includes('\0') ? undefined : value),
};

/** True and false as the original reads them. */
export const boolean: FlagKind<boolean> = {
  wanted: 'true or false',
  placeholder: 'true|false',
  boolean: true,
  parse: (value) => (/^(true|1)$/.test(value) ? true : /^(false|0)$/.test(value) ? false : undefined),
  print: String,
};

/** A whole number within bounds, both included. */
export function integer(least = 0, most: number = Number.MAX_SAFE_INTEGER): FlagKind<number> {
  const upTo = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return {
    wanted: `a whole number ${upTo}`,
    placeholder: 'NUMBER',
    parse: (value) => within(/^-?\d+$/.test(value) ? Number(value) : Number.NaN, least, most),
    print: String,
  };
}

/** A TCP port; 0, which would let the system choose, is refused. */
export const port: FlagKind<number> = { ...integer(1, 65_535), wanted: 'a port from 1 to 65535', placeholder: 'PORT' };

/** A number within bounds, both included. */
export function fraction(least: number, most: number): FlagKind<number> {
  return {
    wanted: `a number from ${least} to ${most}`,
    placeholder: 'NUMBER',
    parse: (value) => within(/^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN, least, most),
    print: String,
  };
}

/** Milliseconds, at least `leastMs` (default 1). */
export function duration(leastMs = 1): FlagKind<number> {
  const atLeast = leastMs > 0 ? ` of at least ${printDuration(leastMs)}` : '';
  return {
    wanted: `a duration${atLeast}, such as 500ms, 10secs or 1.5mins (ns, us, ms, secs, mins, hrs, days, weeks)`,
    placeholder: 'DURATION',
    parse: (value) => within(parseDuration(value), leastMs, Number.POSITIVE_INFINITY),
    print: printDuration,
  };
}

/** Bytes, at least `least`. */
export function bytes(least = 0): FlagKind<number> {
  const atLeast = least > 0 ? ` of at least ${printBytes(least)}` : '';
  return {
    wanted: `a size${atLeast}, such as 4KB or 2GB (B, KB, MB, GB, TB; whole numbers)`,
    placeholder: 'SIZE',
    parse: (value) => within(parseBytes(value), least, Number.MAX_SAFE_INTEGER),
    print: printBytes,
  };
}

/** So many per duration, as `parseRate` reads it. */
export const rate: FlagKind<Rate> = {
  wanted: 'a number per duration, such as 1/10mins',
  placeholder: 'N/DURATION',
  parse: parseRate,
};

/** A share such as `25%`, as a number from 0 to 1. */
export const percentage: FlagKind<number> = {
  wanted: 'a percentage from 0% to 100%, such as 25%',
  placeholder: 'PERCENT',
  parse: (value) => within(/^\d*\.?\d+%$/.test(value) ? Number.parseFloat(value) / 100 : Number.NaN, 0, 1),
};

/** One of `choices`, spelled as they are. */
export function oneOf<const Choice extends string>(...choices: readonly Choice[]): FlagKind<Choice> {
  return {
    wanted: choices.join(' or '),
    placeholder: choices.join('|'),
    parse: (value) => choices.find((choice) => choice === value),
  };
}

/** Names between commas; spaces around them do not count. `each` says whether a name will do. */
export function list(
  wanted: string,
  each: (name: string) => boolean = (name) => name !== '',
): FlagKind<readonly string[]> {
  return {
    wanted,
    placeholder: 'A,B,...',
    parse: (value) => {
      const names = value.split(',').map((name) => name.trim());
      return names.every(each) ? Object.freeze(names) : undefined;
    },
  };
}

/** An IPv4 or IPv6 address in digits; names are refused. */
export const ip: FlagKind<string> = {
  wanted: 'an IP address, such as 127.0.0.1',
  placeholder: 'IP',
  parse: (value) => (isIP(value) === 0 ? undefined : value),
};

/** A host name of at most 255 characters or an IP address; it is not looked up. */
export const hostname: FlagKind<string> = {
  wanted: 'a host name or address of letters, digits, dots and dashes',
  placeholder: 'HOST',
  parse: (value) => (/^[A-Za-z0-9]([A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/.test(value) || isIP(value) ? value : undefined),
};

/** A JSON object or array; a number, text or null alone is refused. */
export const json: FlagKind<object> = {
  wanted: 'a JSON object or array, or file:///path of one',
  placeholder: 'JSON',
  parse: parseJson,
};

/** A JSON object whose values are all texts, such as environment variables. */
export const textByName: FlagKind<Readonly<Record<string, string>>> = {
  wanted: 'a JSON object of texts, such as {"PATH": "/bin:/usr/bin"}, or file:///path of one',
  placeholder: 'JSON',
  parse: (value) => {
    const parsed = parseJson(value);
    if (parsed === undefined || Array.isArray(parsed)) return undefined;
    const pairs = Object.entries(parsed);
    return pairs.every(([, item]) => typeof item === 'string') ? Object.freeze(Object.fromEntries(pairs)) : undefined;
  },
};

/** The same kind, but some well-formed values are refused for a reason. */
export function refusing<Value>(kind: FlagKind<Value>, refuse: (value: Value) => string | undefined): FlagKind<Value> {
  return { ...kind, refuse };
}

function parseJson(value: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function within(value: number, least: number, most: number): number | undefined {
  return value >= least && value <= most ? value : undefined;
}
