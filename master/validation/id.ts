import { FINE, type Reasons } from './reasons.js';

/** Longest id: ids become names of directories. */
const MAX_LENGTH = 255;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const INVALID_CHARACTER = /[\u0000-\u001f\u007f/\\]/;

/** The rule for every id that comes from outside: task, executor, framework, persistent volume. */
export function validateId(id: string): Reasons {
  if (id === '') return ['ID must not be empty'];
  if (Buffer.byteLength(id) > MAX_LENGTH) return [`ID must not be greater than ${MAX_LENGTH} characters`];
  if (id === '.' || id === '..') return [`'${id}' is disallowed`];
  if (INVALID_CHARACTER.test(id)) return [`'${id}' contains invalid characters`];
  return FINE;
}
