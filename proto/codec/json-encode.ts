import { MAX_DEPTH } from './message-type.js';
import { type Field, fieldsOf, shapeOf } from './schema.js';
import { WireError } from './wire-error.js';

/** Prints one value; undefined when there is nothing to print (an enum number without a name, an empty list). */
export type Encode = (value: unknown, depth: number) => string | undefined;

const encoders = new Map<string, Encode>();

/** The printer of a message type, made on first use. It throws `WireError` when a value does not fit its field. */
export function encoderOf(type: string): Encode {
  let encode = encoders.get(type);
  if (encode === undefined) {
    encode = messageEncoder(type);
    encoders.set(type, encode);
  }
  return encode;
}

function messageEncoder(type: string): Encode {
  const fields = fieldsOf(type).map((field) => fieldEncoder(type, field));
  return (value, depth) => {
    if (depth > MAX_DEPTH) throw new WireError('LIMIT', `Cannot print ${type}: nested deeper than ${MAX_DEPTH} levels`);
    if (typeof value !== 'object' || value === null) throw misfit(type, 'a message', value);
    const message = value as Readonly<Record<string, unknown>>;
    let body = '';
    for (const { property, key, encode, whenAbsent } of fields) {
      const item = message[property];
      const text = item === undefined || item === null ? whenAbsent : (encode(item, depth + 1) ?? whenAbsent);
      if (text !== undefined) body += body === '' ? key + text : `,${key}${text}`;
    }
    return `{${body}}`;
  };
}

interface FieldEncoder {
  readonly property: string;
  readonly key: string;
  readonly encode: Encode;
  /** What stands for an absent value: nothing, or a declared default. */
  readonly whenAbsent: string | undefined;
}

/**
 * Lists that show even when they are empty: the original writes these answers by hand and not from a message, and
 * clients index into them without asking.
 */
const ALWAYS_LISTED: ReadonlySet<string> = new Set([
  'mesos.v1.master.Response.GetAgents.agents',
  'mesos.v1.master.Response.GetAgents.recovered_agents',
  'mesos.v1.master.Response.GetFrameworks.frameworks',
  'mesos.v1.master.Response.GetFrameworks.completed_frameworks',
  'mesos.v1.master.Response.GetExecutors.executors',
  'mesos.v1.master.Response.GetTasks.tasks',
  'mesos.v1.master.Response.GetTasks.completed_tasks',
  'mesos.v1.master.Response.GetTasks.unreachable_tasks',
  'mesos.v1.agent.Response.GetFrameworks.frameworks',
  'mesos.v1.agent.Response.GetFrameworks.completed_frameworks',
  'mesos.v1.agent.Response.GetExecutors.executors',
  'mesos.v1.agent.Response.GetExecutors.completed_executors',
  'mesos.v1.agent.Response.GetTasks.pending_tasks',
  'mesos.v1.agent.Response.GetTasks.queued_tasks',
  'mesos.v1.agent.Response.GetTasks.launched_tasks',
  'mesos.v1.agent.Response.GetTasks.terminated_tasks',
  'mesos.v1.agent.Response.GetTasks.completed_tasks',
]);

/**
 * The original prints fields that have a default even when they are absent, unless they are deprecated. It does not
 * know `AgentInfo.checkpoint` as a public field, and so prints that only when it is there.
 */
function fieldEncoder(type: string, field: Field): FieldEncoder {
  const where = `${type}.${field.name}`;
  const one = valueEncoder(where, field.type);
  const encode = field.label === 'repeated' ? listEncoder(where, one) : field.label === 'map' ? mapEncoder(one) : one;
  return { property: field.property, key: `${quote(field.name)}:`, encode, whenAbsent: absentText(where, field) };
}

function absentText(where: string, field: Field): string | undefined {
  if (ALWAYS_LISTED.has(where)) return '[]';
  if (field.label !== 'optional' || field.defaultValue === undefined) return undefined;
  return where === 'mesos.v1.AgentInfo.checkpoint' ? undefined : defaultText(field);
}

function defaultText({ type, defaultValue }: Field): string {
  if (typeof defaultValue === 'string') return quote(defaultValue); // of a string, or the name of an enum value
  return type === 'double' ? printDouble(Number(defaultValue)) : String(defaultValue);
}

function listEncoder(where: string, one: Encode): Encode {
  return (value, depth) => {
    if (!Array.isArray(value)) throw misfit(where, 'a list', value);
    let body = '';
    for (const item of value) {
      const text = one(item, depth);
      if (text !== undefined) body += body === '' ? text : `,${text}`;
    }
    return body === '' ? undefined : `[${body}]`;
  };
}

function mapEncoder(one: Encode): Encode {
  return (value, depth) => {
    let body = '';
    for (const [key, item] of Object.entries(value as object)) {
      const text = one(item, depth);
      if (text !== undefined) body += body === '' ? `${quote(key)}:${text}` : `,${quote(key)}:${text}`;
    }
    return body === '' ? undefined : `{${body}}`;
  };
}

function valueEncoder(where: string, type: string): Encode {
  const shape = shapeOf(type);
  if (shape.kind === 'enum') {
    const names = new Map<unknown, string>();
    for (const [name, number] of shape.numbers) if (!names.has(number)) names.set(number, quote(name));
    return (value) => names.get(value);
  }
  if (shape.kind === 'message') {
    let encode: Encode | undefined; // looked up late: types may contain themselves
    return (value, depth) => {
      encode ??= encoderOf(type);
      return encode(value, depth);
    };
  }
  return scalarEncoder(where, type);
}

function scalarEncoder(where: string, type: string): Encode {
  switch (type) {
    case 'string':
      return (value) => {
        if (typeof value !== 'string') throw misfit(where, 'a string', value);
        return quote(value);
      };
    case 'bool':
      return (value) => {
        if (typeof value !== 'boolean') throw misfit(where, 'a boolean', value);
        return value ? 'true' : 'false';
      };
    case 'bytes':
      return (value) => {
        if (!(value instanceof Uint8Array)) throw misfit(where, 'bytes', value);
        return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
      };
    case 'double':
    case 'float':
      return (value) => {
        if (typeof value !== 'number') throw misfit(where, 'a number', value);
        return printDouble(value);
      };
    default: {
      const [least, most] = type.startsWith('u') ? [0n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n];
      return (value) => {
        if (typeof value !== 'number') throw misfit(where, 'a number', value);
        return Number.isSafeInteger(value) && (value >= 0 || least < 0n)
          ? String(value)
          : printLargeInteger(value, least, most);
      };
    }
  }
}

/** A number beyond 2^53 in full, within bounds: `String` would round its last digits to zeros. */
function printLargeInteger(value: number, least: bigint, most: bigint): string {
  if (Number.isNaN(value)) return '0';
  if (!Number.isFinite(value)) return String(value > 0 ? most : least);
  const exact = BigInt(Math.trunc(value));
  return String(exact > most ? most : exact < least ? least : exact);
}

/**
 * Always with a fraction or an exponent, so that readers see a floating-point number. What JSON has no number for goes
 * as a string, in the usual form of protobuf's own JSON; our reader takes it back.
 */
function printDouble(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  const text = Object.is(value, -0) ? '-0' : String(value);
  if (text.includes('e')) return text.replace('e+', 'e');
  return text.includes('.') ? text : `${text}.0`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped
const NEEDS_ESCAPE = /["\\\u0000-\u001f\u0080-\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same
const ESCAPED = /["\\\u0000-\u001f\u0080-\uffff]/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A JSON string in plain ASCII: clients that count characters instead of bytes still frame records right. */
function quote(text: string): string {
  return NEEDS_ESCAPE.test(text) ? `"${text.replace(ESCAPED, escapeCharacter)}"` : `"${text}"`;
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return SHORT_ESCAPES[character] ?? `\\u${code}`;
}

function misfit(where: string, wanted: string, got: unknown): WireError {
  return new WireError('INVALID', `Cannot print ${where}: it is of type ${typeof got}, ${wanted} is wanted`);
}
