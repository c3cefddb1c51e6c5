import { decoderOf, type Reading } from './json-decode.js';
import { encoderOf } from './json-encode.js';
import { locateSyntaxProblem } from './json-syntax.js';
import { type MessageType, shortName } from './message-type.js';
import { missingFields } from './missing-fields.js';
import { WireError } from './wire-error.js';

/**
 * Prints a message as the original does: compact ASCII, snake-case names in the order of declaration, enums by name,
 * 64-bit integers as exact numbers, doubles with a fraction, bytes in base64. Absent fields and empty lists are left
 * out, except fields with a declared default, which always show. Throws `WireError` when a value does not fit its
 * field or the message nests too deep.
 */
export function toJson<T>(type: MessageType<T>, message: T): string {
  return encoderOf(type.name)(message, 0) ?? '{}';
}

/**
 * Reads a message from JSON text, as leniently as the original: numbers and booleans may be strings, a lone value may
 * stand for a list, null is absent, unknown keys and unknown names of optional enum values are dropped, base64 may be
 * of either alphabet. Names are those of the `.proto` files only. The result holds just what was there: defaults are
 * left to the reader. Throws `WireError` with the original's sentences.
 */
export function fromJson<T>(type: MessageType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const { line, near } = locateSyntaxProblem(text);
    throw new WireError('SYNTAX', `Failed to parse body into JSON: syntax error at line ${line} near: ${near}`, {
      cause,
    });
  }
  return fromJsonValue(type, value);
}

/** Like `fromJson`, from a value that has been parsed already (a file in YAML, a part of a larger document). */
export function fromJsonValue<T>(type: MessageType<T>, value: unknown): T {
  const reading: Reading = { path: [], missing: false };
  try {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new WireError('INVALID', 'Expecting a JSON object');
    }
    const message = decoderOf(type.name)(value, reading);
    if (reading.missing) {
      const paths = missingFields(type.name, message);
      throw new WireError('MISSING', `Missing required fields: ${paths.join(', ')}`, { paths });
    }
    return message as T; // what the schema demands has been checked field by field
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const { code, message, paths } = error;
    throw new WireError(code, `Failed to convert JSON into ${shortName(type)} protobuf: ${message}`, { paths });
  }
}
