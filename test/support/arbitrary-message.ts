import fc from 'fast-check';
import { type Field, fieldsOf, shapeOf } from '../../proto/codec/schema.js';
import type { MessageType } from '../../proto/index.js';

const made = new Map<string, fc.Arbitrary<unknown>>();

/**
 * Random messages of a type, made from the schema: required fields always, others sometimes, at most one of a group,
 * nested a few levels.
 */
export function arbitraryMessage<T>(type: MessageType<T>): fc.Arbitrary<T> {
  return message(type.name, 3) as fc.Arbitrary<T>;
}

/** At depth 0 only what is required is filled in, so that types which contain themselves come to an end. */
function message(type: string, depth: number): fc.Arbitrary<unknown> {
  const key = `${type} ${depth}`;
  const arbitrary = made.get(key) ?? record(type, depth);
  made.set(key, arbitrary);
  return arbitrary;
}

function record(type: string, depth: number): fc.Arbitrary<unknown> {
  const fields = fieldsOf(type).filter(({ label }) => label === 'required' || depth > 0);
  const model = Object.fromEntries(fields.map((field) => [field.property, fieldValue(field, depth)]));
  const requiredKeys = fields.filter(({ label }) => label === 'required').map(({ property }) => property);
  return fc.record(model, { requiredKeys }).map((values) => withoutRivals(fields, values));
}

function withoutRivals(fields: readonly Field[], values: Readonly<Record<string, unknown>>) {
  const groups = new Set<string>();
  const kept = fields.filter(({ property, oneof }) => {
    if (!(property in values)) return false;
    const isFirst = oneof === undefined || !groups.has(oneof);
    if (oneof !== undefined) groups.add(oneof);
    return isFirst;
  });
  return Object.fromEntries(kept.map(({ property }) => [property, values[property]]));
}

function fieldValue({ label, type }: Field, depth: number): fc.Arbitrary<unknown> {
  const one = single(type, depth - 1);
  if (label === 'repeated') return fc.array(one, { minLength: 1, maxLength: 3 });
  if (label === 'map') return fc.dictionary(mapKey, one, { minKeys: 1, maxKeys: 3 });
  return one;
}

const mapKey = fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'); // which JSON drops on purpose

function single(type: string, depth: number): fc.Arbitrary<unknown> {
  const shape = shapeOf(type);
  if (shape.kind === 'message') return message(type, Math.max(depth, 0));
  if (shape.kind === 'enum') return fc.constantFrom(...shape.numbers.values());
  switch (type) {
    case 'string':
      return fc.string({ unit: 'binary' });
    case 'bool':
      return fc.boolean();
    case 'bytes':
      return fc.uint8Array().map((bytes) => Buffer.from(bytes));
    case 'double':
      return fc.double();
    case 'int32':
      return fc.integer();
    case 'uint32':
      return fc.nat(2 ** 32 - 1);
    case 'int64':
      return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(Number);
    case 'uint64':
      return fc.bigInt(0n, 2n ** 64n - 1n).map(Number);
    default:
      throw new TypeError(`Cannot make up a value of ${type}`);
  }
}
