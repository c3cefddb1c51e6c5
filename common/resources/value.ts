import { mesos } from '../../proto/index.js';
import type { Range } from './ranges.js';

type Value = mesos.v1.Value.$Properties;
const { SCALAR, RANGES, SET, TEXT } = mesos.v1.Value.Type;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const RANGE = /^(\d+)\s*-\s*(\d+)$/;

/**
 * Reads the text of a resource or attribute: a number is a scalar, `[1-2, 5-9]` ranges, `{a,b}` a set, anything else
 * text. Gives a problem as a string when brackets are not closed or a range is none.
 */
export function parseValue(raw: string): Value | string {
  const text = raw.trim();
  if (text === '') return 'is empty, a number, [ranges] or {set} is wanted';
  if (NUMBER.test(text)) return { type: SCALAR, scalar: { value: Number(text) } };
  if (text.startsWith('[')) return text.endsWith(']') ? parseRanges(text.slice(1, -1)) : 'lacks the closing "]"';
  if (text.startsWith('{')) return text.endsWith('}') ? parseSet(text.slice(1, -1)) : 'lacks the closing "}"';
  if (/[[\]{}]/.test(text)) return 'has a bracket where none belongs';
  return { type: TEXT, text: { value: text } };
}

function parseRanges(list: string): Value | string {
  const range: Range[] = [];
  for (const item of split(list)) {
    const [, begin, end] = RANGE.exec(item) ?? [];
    if (begin === undefined || end === undefined) return `holds "${item}", a range such as 31000-32000 is wanted`;
    range.push({ begin: Number(begin), end: Number(end) });
  }
  return { type: RANGES, ranges: { range } };
}

function parseSet(list: string): Value {
  return { type: SET, set: { item: split(list) } };
}

function split(list: string): string[] {
  return list.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
}
