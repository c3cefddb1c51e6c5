/** Whether and how to colour. Colour is for terminals only and never carries meaning alone. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  /** One of several colours, the same for the same text: tells apart whose line it is. */
  of(text: string): string;
}

/** The choices of --color; `auto` leaves it to the environment, see `wantsColor`. */
export type ColorChoice = 'auto' | 'always' | 'never';

/** Colour rules: --color, then NO_COLOR, FORCE_COLOR, TERM=dumb, then whether the stream is a terminal. */
export function wantsColor(choice: ColorChoice, isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (choice !== 'auto') return choice === 'always';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0') return true;
  return isTerminal && env['TERM'] !== 'dumb';
}

/** A style that colours, or one that leaves text as it is. */
export function createStyle(color: boolean): Style {
  const wrap = (open: number, close: number) => (text: string) => (color ? `\x1b[${open}m${text}\x1b[${close}m` : text);
  const many = [36, 35, 34, 33, 32, 96, 95, 94].map((open) => wrap(open, 39));
  return {
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    green: wrap(32, 39),
    red: wrap(31, 39),
    yellow: wrap(33, 39),
    of: (text) => many[hash(text) % many.length]?.(text) ?? text,
  };
}

function hash(text: string): number {
  let sum = 0;
  for (const char of text) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 65_521;
  return sum;
}

/** As `printable`, but lines stay lines: for texts of several lines, such as a server's refusal. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Makes text from elsewhere (task names, messages) harmless on a terminal: control bytes become visible escapes. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
