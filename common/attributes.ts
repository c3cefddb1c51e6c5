import { type Attribute, mesos } from '../proto/index.js';
import { printRanges } from './resources/ranges.js';
import { parseValue } from './resources/value.js';
import { CodedError } from './runtime/errors.js';

const { SCALAR, RANGES, SET, TEXT } = mesos.v1.Value.Type;

/**
 * Reads attributes as operators write them: `rack:r1;size:3;ports:[1-2]`; numbers become scalars, anything that is no
 * number, ranges or set is text. Throws BAD_INPUT with every problem, one a line.
 */
export function parseAttributes(text: string): readonly Attribute[] {
  const attributes: Attribute[] = [];
  const problems: string[] = [];
  for (const token of text.split(/[;\n]/).filter((part) => part.trim() !== '')) {
    const read = parseAttribute(token.trim());
    if (typeof read === 'string') problems.push(read);
    else attributes.push(read);
  }
  problems.push(...attributes.flatMap((attribute) => validateAttribute(attribute) ?? []));
  if (problems.length > 0) throw new CodedError('BAD_INPUT', `Cannot read attributes:\n${problems.join('\n')}`);
  return attributes;
}

/** Writes attributes so that `parseAttributes` reads the same again: `rack:r1;size:3`. */
export function printAttributes(attributes: readonly Attribute[]): string {
  return attributes.map((attribute) => `${attribute.name}:${printAttributeValue(attribute)}`).join(';');
}

/** The value alone, as constraints compare it and tables show it. */
export function printAttributeValue({ type, scalar, ranges, set, text }: Attribute): string {
  switch (type) {
    case SCALAR:
      return String(scalar?.value ?? 0);
    case RANGES:
      return printRanges(ranges?.range ?? []);
    case SET:
      return `{${(set?.item ?? []).join(', ')}}`;
    case TEXT:
      return text?.value ?? '';
  }
}

/** What `/state` shows: scalars as numbers, everything else as text. Of several with one name the last one wins. */
export function summarizeAttributes(attributes: readonly Attribute[]): Readonly<Record<string, number | string>> {
  return Object.fromEntries(
    attributes.map((attribute) => [
      attribute.name,
      attribute.type === SCALAR ? (attribute.scalar?.value ?? 0) : printAttributeValue(attribute),
    ]),
  );
}

/** What is wrong with a wire attribute; undefined when nothing is. */
export function validateAttribute({ name, type, scalar, ranges, set, text }: Attribute): string | undefined {
  if (!name) return 'Attribute has an empty name';
  const held = { [SCALAR]: scalar, [RANGES]: ranges, [SET]: set, [TEXT]: text }[type];
  if (!held) return `Attribute '${name}' holds no value that fits its type`;
  if (scalar && !Number.isFinite(scalar.value)) return `Attribute '${name}' is not a finite number`;
  const inverted = ranges?.range?.some(({ begin, end }) => begin > end);
  return inverted ? `Attribute '${name}' has a range that ends before it begins` : undefined;
}

function parseAttribute(token: string): Attribute | string {
  const colon = token.indexOf(':');
  if (colon < 0) return `Bad value for attributes, missing ':' within ${token}`;
  const name = token.slice(0, colon).trim();
  const value = parseValue(token.slice(colon + 1));
  return typeof value === 'string' ? `Attribute '${name}' ${value}` : { ...value, name };
}
