/** Letters of the types of file, by the type bits of a mode. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [0o140000, 's'],
  [0o120000, 'l'],
  [0o100000, '-'],
  [0o060000, 'b'],
  [0o040000, 'd'],
  [0o020000, 'c'],
  [0o010000, 'p'],
]);

/** A mode as ls(1) prints it, such as `-rw-r--r--` or `drwxrwxrwt`. */
export function unixMode(mode: number): string {
  const bits = 'rwxrwxrwx'.split('').map((letter, at) => (mode & (0o400 >> at) ? letter : '-'));
  const special = (at: number, bit: number, letter: string) => {
    if (mode & bit) bits[at] = bits[at] === '-' ? letter.toUpperCase() : letter;
  };
  special(2, 0o4000, 's');
  special(5, 0o2000, 's');
  special(8, 0o1000, 't');
  return `${TYPES.get(mode & 0o170000) ?? '-'}${bits.join('')}`;
}
