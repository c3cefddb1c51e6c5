import { MAX_DEPTH } from './message-type.js';
import { type Field, fieldsOf, shapeOf } from './schema.js';
import { WireError } from './wire-error.js';

/** What one reading keeps: where it is, for refusals, and whether a required field was absent somewhere. */
export interface Reading {
  readonly path: (string | number)[];
  missing: boolean;
}

/** Reads a parsed JSON value; `ABSENT` when it stands for nothing (null, the unknown name of an enum value). */
export type Decode = (value: unknown, reading: Reading) => unknown;

const ABSENT = undefined;
const decoders = new Map<string, Decode>();

/** The reader of a message type, made on first use. It throws `WireError` with the path of the value that is wrong. */
export function decoderOf(type: string): Decode {
  let decode = decoders.get(type);
  if (decode === undefined) {
    decode = messageDecoder(type);
    decoders.set(type, decode);
  }
  return decode;
}

/** Renders a path as `accept.operations[0].type`. */
export function renderPath(path: readonly (string | number)[]): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('');
}

function messageDecoder(type: string): Decode {
  const fields = fieldsOf(type);
  const byName = new Map(
    fields.map((field) => {
      const { name, property } = field;
      return [name, { property, decode: fieldDecoder(field), rivals: rivalsOf(field, fields) }];
    }),
  );
  const required = fields.filter(({ label }) => label === 'required').map(({ property }) => property);
  return (value, reading) => {
    if (!isObject(value)) throw unexpected(value, reading);
    if (reading.path.length > MAX_DEPTH) {
      throw fault('LIMIT', `Nested deeper than ${MAX_DEPTH} levels at`, reading);
    }
    const message: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      const field = byName.get(name);
      if (field === undefined) continue; // unknown keys are ignored, as newer clients send them
      reading.path.push(name);
      const read = field.decode(value[name], reading);
      reading.path.pop();
      if (read === ABSENT) continue;
      for (const rival of field.rivals) delete message[rival];
      message[field.property] = read;
    }
    for (const property of required) if (message[property] === undefined) reading.missing = true;
    return message;
  };
}

/** The other members of a field's group: the last one given wins, as in protobuf. */
function rivalsOf({ oneof, property }: Field, fields: readonly Field[]): string[] {
  if (oneof === undefined) return [];
  return fields.filter((other) => other.oneof === oneof && other.property !== property).map((other) => other.property);
}

function fieldDecoder(field: Field): Decode {
  const one = valueDecoder(field.type);
  if (field.label === 'repeated') return listDecoder(one);
  if (field.label === 'map') return mapDecoder(one);
  return one;
}

/** A lone value stands for a list of one. */
function listDecoder(one: Decode): Decode {
  return (value, reading) => {
    if (!Array.isArray(value)) {
      const read = one(value, reading);
      return read === ABSENT ? ABSENT : [read];
    }
    const list: unknown[] = [];
    for (let at = 0; at < value.length; at++) {
      reading.path.push(at);
      const read = one(value[at], reading);
      reading.path.pop();
      if (read !== ABSENT) list.push(read);
    }
    return list.length === 0 ? ABSENT : list;
  };
}

function mapDecoder(one: Decode): Decode {
  return (value, reading) => {
    if (value === null) return ABSENT;
    if (!isObject(value)) throw unexpected(value, reading);
    const entries: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      if (key === '__proto__') continue; // no name that anything real bears, and a trap for code that copies maps
      reading.path.push(key);
      const read = one(value[key], reading);
      reading.path.pop();
      if (read !== ABSENT) entries[key] = read;
    }
    return Object.keys(entries).length === 0 ? ABSENT : entries;
  };
}

function valueDecoder(type: string): Decode {
  const shape = shapeOf(type);
  switch (shape.kind) {
    case 'enum':
      return (value, reading) => {
        if (value === null) return ABSENT;
        if (typeof value !== 'string') throw unexpected(value, reading);
        return shape.numbers.get(value);
      };
    case 'message': {
      let decode: Decode | undefined; // looked up late: types may contain themselves
      return (value, reading) => {
        if (value === null) return ABSENT;
        decode ??= decoderOf(type);
        return decode(value, reading);
      };
    }
    case 'scalar': {
      const decode = scalarDecoder(type);
      return (value, reading) => (value === null ? ABSENT : decode(value, reading));
    }
  }
}

function scalarDecoder(type: string): Decode {
  switch (type) {
    case 'string':
      return (value, reading) => {
        if (typeof value !== 'string') throw unexpected(value, reading);
        return value;
      };
    case 'bytes':
      return readBytes;
    case 'bool':
      return (value, reading) => {
        if (typeof value === 'boolean') return value;
        if (value === 'true') return true;
        if (value === 'false') return false;
        throw unexpected(value, reading);
      };
    case 'double':
    case 'float':
      return (value, reading) => {
        const number = readNumber(value, reading);
        if (typeof value === 'number' && !Number.isFinite(number))
          throw fault('INVALID', 'Number too large for', reading);
        return number;
      };
    default:
      return integerDecoder(type);
  }
}

/** Bounds as doubles: those of 64 bits round up to powers of two, which encoding brings back into range. */
const INTEGER_BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint64: [0, 2 ** 64],
};

/** A fraction is cut off, as the original does: clients compute nanoseconds in floating point. */
function integerDecoder(type: string): Decode {
  const bounds = INTEGER_BOUNDS[type];
  if (bounds === undefined) throw new TypeError(`Cannot read ${type}: no field of the schema has this type`);
  const [least, most] = bounds;
  return (value, reading) => {
    const number = Math.trunc(readNumber(value, reading));
    if (!(number >= least && number <= most)) {
      throw fault('INVALID', `Number out of range of ${type} (${value}) for`, reading);
    }
    return number === 0 ? 0 : number; // never -0
  };
}

const NUMBER_TEXT = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const NOT_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

function readNumber(value: unknown, reading: Reading): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    if (value.length <= 400 && NUMBER_TEXT.test(value)) return Number(value);
    const special = Object.hasOwn(NOT_FINITE, value) ? NOT_FINITE[value] : undefined;
    if (special !== undefined) return special;
  }
  throw unexpected(value, reading);
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Base64 with or without line feeds and padding, of either alphabet. */
function readBytes(value: unknown, reading: Reading): Uint8Array {
  if (typeof value !== 'string') throw unexpected(value, reading);
  const text = /\s/.test(value) ? value.replace(/\s+/g, '') : value;
  const digits = text.endsWith('=') ? text.replace(/=+$/, '').length : text.length;
  if (!BASE64.test(text) || digits % 4 === 1) throw fault('INVALID', 'Failed to base64 decode bytes', reading);
  return Buffer.from(text, 'base64');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unexpected(value: unknown, reading: Reading): WireError {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return fault('INVALID', `Not expecting a JSON ${kind} for`, reading);
}

function fault(code: 'INVALID' | 'LIMIT', problem: string, { path }: Reading): WireError {
  const where = renderPath(path);
  return new WireError(code, `${problem} field '${where}'`, { paths: [where] });
}
