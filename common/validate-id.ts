/** Longest id, in bytes: ids become names of directories. */
const MAX_BYTES = 255;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const INVALID_CHARACTER = /[\u0000-\u001f\u007f/\\]/;

/**
 * What is wrong with an id that comes from outside (of a task, executor, framework or persistent volume), in the
 * original's words; undefined when nothing is.
 */
export function validateId(id: string): string | undefined {
  if (id === '') return 'ID must not be empty';
  if (Buffer.byteLength(id) > MAX_BYTES) return `ID must not be greater than ${MAX_BYTES} characters`;
  if (id === '.' || id === '..') return `'${id}' is disallowed`;
  return INVALID_CHARACTER.test(id) ? `'${id}' contains invalid characters` : undefined;
}
