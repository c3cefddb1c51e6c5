import type { Flag, FlagTable } from './flag.js';

/** Column in which the descriptions begin. */
const INDENT = 6;

/** Narrower than this nothing can be read. */
const LEAST_COLUMNS = 40;

/** The help of a daemon: its flags by group with default and unit, wrapped at `columns`. Ends with a line feed. */
export function flagHelp(usage: string, table: FlagTable, columns = 80): string {
  const groups = Map.groupBy(Object.entries(table), ([, { group }]) => group);
  const sections = [...groups].map(([group, rows]) => {
    const lines = rows.map(([name, row]) => `  ${spelling(name, row)}\n${wrap(describe(row), columns)}`);
    return `${group}\n${lines.join('\n')}`;
  });
  const sources =
    'Each flag may also be set by a variable, MESETA_NAME or MESOS_NAME; the command line wins. A value file:///path is ' +
    'read from that file. Dashes and underscores in names are the same. Flags marked "no effect" are accepted for ' +
    'compatibility.';
  return `${[usage, wrap(sources, columns, 0), ...sections].join('\n\n')}\n`;
}

function spelling(name: string, { kind, aliases = [] }: Flag<unknown>): string {
  const spell = (each: string) => (kind.boolean ? `--[no-]${each}` : `--${each}=${kind.placeholder}`);
  return [name, ...aliases].map(spell).join(' or ');
}

function describe({ help, default: text, otherwise, required, withoutEffect }: Flag<unknown>): string {
  const notes = [
    required !== undefined && 'required',
    text !== undefined && `default: ${text === '' ? 'empty' : text}`,
    otherwise !== undefined && `default: ${otherwise}`,
    withoutEffect !== undefined && `no effect: ${withoutEffect}`,
  ].filter((note) => note !== false);
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`;
}

function wrap(text: string, columns: number, indent = INDENT): string {
  const width = Math.max(LEAST_COLUMNS, columns) - indent;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((each) => ' '.repeat(indent) + each).join('\n');
}
