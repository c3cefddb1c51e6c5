import { CodedError } from './errors.js';
import type { Flag, FlagTable, FlagValues } from './flag.js';
import { gatherSettings, type Setting } from './flag-sources.js';

/** What the command line, the environment and the defaults come to. Frozen. */
export interface ParsedFlags<Table extends FlagTable> {
  readonly values: FlagValues<Table>;
  /** Where each value comes from: `command line`, `variable MESOS_PORT`, `file /x, command line` or `default`. */
  readonly origins: Readonly<Record<keyof Table, string>>;
  /** Sentences to log once, at the start. */
  readonly warnings: readonly string[];
  /** Every effective value as text, secrets hidden, unset ones left out: what `/flags` shows. */
  printFlags(): Record<string, string>;
}

/** The two places flags are read from; the command line wins over variables, see `gatherSettings`. */
export interface FlagSources {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Stands for what must not be shown. */
const HIDDEN = '(hidden)';

/**
 * Reads and checks every flag of a table. Throws BAD_FLAGS with all mistakes at once, one a line, each naming the flag,
 * what it is, where that came from and what is wanted. `daemon` is for the first line: "Cannot start master: ...".
 * `alsoWrong` judges flags together, once each has been read; those that could not be are undefined. Its second argument
 * says what a flag is and where that came from.
 */
export function parseFlags<Table extends FlagTable>(
  daemon: string,
  table: Table,
  { argv, env }: FlagSources,
  alsoWrong: (values: Partial<FlagValues<Table>>, shown: (name: string) => string) => readonly string[] = () => [],
): ParsedFlags<Table> {
  const { byName, problems, warnings } = gatherSettings(table, argv, env);
  const mistakes = [...problems];
  const doubts = [...warnings];
  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const [name, row] of Object.entries(table)) {
    const setting = byName.get(name);
    const mentioned = setting !== undefined || problems.some((problem) => problem.startsWith(`--${name} `));
    if (row.required !== undefined && !mentioned) mistakes.push(`--${name} is missing: give ${row.required}`);
    const text = setting?.text ?? row.default;
    origins[name] = setting?.origin ?? 'default';
    values[name] = text === undefined ? undefined : read(name, row, { text, origin: origins[name] }, mistakes);
    if (setting !== undefined && isIdle(row, values[name]))
      doubts.push(`--${name} has no effect: ${row.withoutEffect}`);
  }
  const shown = (name: string) => show(table[name], byName.get(name) ?? { text: '', origin: 'default' });
  mistakes.push(...alsoWrong(values as Partial<FlagValues<Table>>, shown));
  if (mistakes.length > 0) throw new CodedError('BAD_FLAGS', `Cannot start ${daemon}:\n  ${mistakes.join('\n  ')}`);
  return Object.freeze({
    values: Object.freeze(values) as FlagValues<Table>,
    origins: Object.freeze(origins) as ParsedFlags<Table>['origins'],
    warnings: Object.freeze(doubts),
    printFlags: () => print(table, values, (name) => byName.get(name)?.text),
  });
}

/** Whether the arguments ask for help or the version, whatever else they hold. */
export function asksFor(word: 'help' | 'version', argv: readonly string[]): boolean {
  return argv.includes(`--${word}`) || argv.includes(`--${word}=true`) || (word === 'help' && argv.includes('-h'));
}

function read(name: string, row: Flag<unknown>, setting: Setting, mistakes: string[]): unknown {
  const { kind } = row;
  const shown = show(row, setting);
  const value = kind.parse(setting.text);
  if (value === undefined) {
    mistakes.push(`--${name} must be ${kind.wanted}, ${shown}`);
    return undefined;
  }
  const reason = kind.refuse?.(value);
  if (reason !== undefined) mistakes.push(`--${name} cannot be had: ${reason}, ${shown}`);
  return value;
}

function show(row: Flag<unknown> | undefined, { text, origin }: Setting): string {
  return `got "${row?.secret ? HIDDEN : redact(text)}" (${origin})`;
}

/** Whether a flag that has no effect here was set to something else than what holds anyway. */
function isIdle({ kind, default: text, withoutEffect }: Flag<unknown>, value: unknown): boolean {
  if (withoutEffect === undefined || value === undefined) return false;
  const usual = text === undefined ? (kind.boolean ? false : undefined) : kind.parse(text);
  return JSON.stringify(usual) !== JSON.stringify(value);
}

function print(
  table: FlagTable,
  values: Readonly<Record<string, unknown>>,
  textOf: (name: string) => string | undefined,
): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, { kind, secret, default: usual }] of Object.entries(table)) {
    const value = values[name];
    if (value === undefined) continue;
    if (secret) shown[name] = HIDDEN;
    else shown[name] = redact(kind.print?.(value) ?? textOf(name) ?? usual ?? '');
  }
  return shown;
}

/** Addresses may carry a name and password: zk://ann:secret@host. */
function redact(text: string): string {
  return text.replace(/(\w:\/\/[^:@/\s]*):[^@/\s]*@/g, `$1:${HIDDEN}@`);
}
