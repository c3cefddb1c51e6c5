import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf } from './errors.js';
import type { Flag, FlagTable } from './flag.js';
import { editDistance, nearest } from './nearest.js';

/** What a flag was set to and by what. */
export interface Setting {
  readonly text: string;
  /** `command line`, `variable MESOS_PORT`, or one of these with `file /x` before. */
  readonly origin: string;
}

/** Settings by the proper name of their flag; what is wrong and what is doubtful goes into the lists. */
export interface Settings {
  readonly byName: ReadonlyMap<string, Setting>;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Larger files are taken for a mistake. */
const MAX_FILE_BYTES = 16 * 1024 ** 2;

/** What executors and their tasks find in their environment; a daemon started inside a task is not to wonder at it. */
const EXECUTOR_VARIABLES: ReadonlySet<string> = new Set([
  ...['framework_id', 'executor_id', 'directory', 'sandbox', 'agent_endpoint', 'slave_id', 'slave_pid', 'checkpoint'],
  ...[
    'executor_shutdown_grace_period',
    'recovery_timeout',
    'subscription_backoff_max',
    'executor_authentication_token',
  ],
  ...['http_command_executor', 'task_id', 'container_ip', 'native_library', 'native_java_library', 'launcher_dir'],
  ...['domain_socket', 'container_id', 'allocation_role', 'home', 'addr', 'token', 'cacert', 'debug', 'local'],
]);

/** Gathers what the command line (without program name) and the environment say. The command line wins. */
export function gatherSettings(
  table: FlagTable,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  const names = new Map(
    Object.entries(table).flatMap(([name, { aliases = [] }]) => [name, ...aliases].map((each) => [each, name])),
  );
  const problems: string[] = [];
  const warnings: string[] = [];
  const byName = new Map(fromVariables(names, env, warnings));
  for (const [name, setting] of fromArguments(table, names, argv, problems)) byName.set(name, setting);
  for (const [name, setting] of byName) {
    const row = table[name] as Flag<unknown>;
    try {
      byName.set(name, fromFile(row, setting));
    } catch (error) {
      const wanted = 'a readable text file';
      problems.push(`--${name} must name ${wanted}, got "${setting.text}" (${setting.origin}): ${messageOf(error)}`);
      byName.delete(name);
    }
  }
  return { byName, problems, warnings };
}

function* fromArguments(
  table: FlagTable,
  names: ReadonlyMap<string, string>,
  argv: readonly string[],
  problems: string[],
): Generator<[string, Setting]> {
  const seen = new Map<string, string>();
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(argument);
    if (match?.[1] === undefined) {
      problems.push(`"${argument}" is not a flag: flags read --name=value`);
      continue;
    }
    const asked = match[1].replaceAll('-', '_');
    const negated = !names.has(asked) && asked.startsWith('no_') && names.has(asked.slice(3));
    const name = names.get(negated ? asked.slice(3) : asked);
    const row = name === undefined ? undefined : table[name];
    if (name === undefined || row === undefined) {
      problems.push(unknownFlag(match[1], asked, names.keys()));
      if (match[2] === undefined && argv[at + 1]?.startsWith('--') === false) at++; // surely its value
      continue;
    }
    const before = seen.get(name);
    seen.set(name, argument);
    let value = match[2];
    if (row.kind.boolean) {
      if (negated && value !== undefined) problems.push(`--no-${name} must stand without a value, got "${argument}"`);
      value ??= negated ? 'false' : 'true';
    } else if (negated) {
      problems.push(`--no-${name} is not a flag: --${name} must be ${row.kind.wanted}`);
      continue;
    } else if (value === undefined) {
      const next = argv[at + 1];
      if (next === undefined || next.startsWith('--')) {
        problems.push(`--${name} must be ${row.kind.wanted}, got no value (command line)`);
        continue;
      }
      value = next;
      at++;
    }
    if (before !== undefined) problems.push(`--${name} must be given once, got "${before}" and "${argument}"`);
    else yield [name, { text: value, origin: 'command line' }];
  }
}

function unknownFlag(written: string, asked: string, names: Iterable<string>): string {
  const bare = asked.startsWith('no_') ? asked.slice(3) : asked;
  const all = [...names];
  const near = nearest(asked, all) ?? nearest(bare, all);
  return `--${written} is not a flag: ${near === undefined ? '--help lists them' : `did you mean --${near}?`}`;
}

/** `MESETA_X` wins over `MESOS_X`; X in either case. */
function* fromVariables(
  names: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
  warnings: string[],
): Generator<[string, Setting]> {
  for (const prefix of ['MESOS_', 'MESETA_']) {
    for (const [variable, value] of Object.entries(env)) {
      if (value === undefined || !variable.startsWith(prefix)) continue;
      const asked = variable.slice(prefix.length).toLowerCase();
      const name = names.get(asked);
      if (name !== undefined) yield [name, { text: value, origin: `variable ${variable}` }];
      else warnings.push(...nearMiss(variable, prefix, asked, names));
    }
  }
}

/** Variables of others are no business of ours, unless one is a letter or two from a flag. */
function nearMiss(variable: string, prefix: string, asked: string, names: ReadonlyMap<string, string>): string[] {
  if (EXECUTOR_VARIABLES.has(asked)) return [];
  const near = nearest(asked, names.keys());
  if (near === undefined || editDistance(asked, near) > 2) return [];
  return [`The variable ${variable} is no flag and was ignored; did you mean ${prefix}${near.toUpperCase()}?`];
}

/** A value `file:///x` stands for what the file holds, without the line end after it. */
function fromFile({ kind }: Flag<unknown>, { text, origin }: Setting): Setting {
  if (!text.startsWith('file://')) return { text, origin };
  const file = fileURLToPath(text); // refuses host names, as in file://etc/x
  if (kind.path) return { text: file, origin };
  const content = readFileSync(file);
  if (content.length > MAX_FILE_BYTES)
    throw new Error(`it has ${content.length} bytes, at most ${MAX_FILE_BYTES} may be`);
  return { text: content.toString().replace(/[\r\n]+$/, ''), origin: `file ${file}, ${origin}` };
}
