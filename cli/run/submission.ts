import { readFile } from 'node:fs/promises';
import { CONSTRAINT_OPERATORS, type SubmissionInput } from '../../frameworks/jobs/cli/api.js';
import { DURATION_WANTED, readDuration } from '../duration.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

/** What `run` was given, as the option parser leaves it. Durations in text, sizes in MiB. */
export interface RunOptions {
  readonly name?: string;
  readonly cpus?: string;
  readonly mem?: string;
  readonly disk?: string;
  readonly ports?: string;
  readonly count?: string;
  readonly constraint?: readonly string[];
  readonly onePerHost?: boolean;
  readonly env?: readonly string[];
  readonly uri?: readonly string[];
  readonly user?: string;
  readonly retries?: string;
  readonly maxTime?: string;
  readonly grace?: string;
  readonly timeout?: string;
  readonly script?: string;
}

/** Longest script that fits into one argument of a program on Linux (128 KiB), with room to spare, in bytes. */
const LONGEST_SCRIPT_BYTES = 100 * 1024;

/** Writes the script it is given to the sandbox and becomes it, so that its first line chooses the interpreter. */
const SCRIPT_RUNNER = 'printf "%s" "$1" > script && chmod 700 script && shift && exec ./script "$@"';

/** What is submitted, and how long its end is waited for, in ms; undefined: for ever. */
export interface Request {
  readonly submission: SubmissionInput;
  readonly timeoutMs: number | undefined;
}

/** Turns words and options into a request. Throws one usage failure that names every mistake. */
export async function readRequest(
  words: readonly string[],
  afterDashes: boolean,
  options: RunOptions,
  token: string,
): Promise<Request> {
  const problems: string[] = [];
  const number = (option: string, text: string | undefined, valid: (value: number) => boolean, wanted: string) => {
    if (text === undefined) return undefined;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && valid(value)) return value;
    problems.push(`--${option} must be ${wanted}, got "${text}"`);
    return undefined;
  };
  const duration = (option: string, text: string | undefined, leastMs: number) => {
    if (text === undefined) return undefined;
    const ms = readDuration(text);
    if (ms >= leastMs) return ms;
    problems.push(`--${option} must be ${DURATION_WANTED}, got "${text}"`);
    return undefined;
  };
  const seconds = (option: string, text: string | undefined, leastMs: number) => {
    const ms = duration(option, text, leastMs);
    return ms === undefined ? undefined : ms / 1_000;
  };
  const positive = (value: number) => value > 0;
  const whole = (least: number) => (value: number) => Number.isInteger(value) && value >= least;
  const command = await readCommand(words, afterDashes, options.script, problems);
  const draft = {
    token,
    name: options.name ?? nameFrom(command, options.script),
    command,
    count: number('count', options.count, whole(1), 'a whole number from 1'),
    cpus: number('cpus', options.cpus, positive, 'a number of cores above 0, such as 0.5'),
    mem: number('mem', options.mem, positive, 'a number of MiB above 0'),
    disk: number('disk', options.disk, (value) => value >= 0, 'a number of MiB from 0'),
    ports: number('ports', options.ports, whole(0), 'a whole number from 0'),
    constraints: [
      ...(options.onePerHost === true ? [{ field: 'hostname', operator: 'UNIQUE' as const }] : []),
      ...(options.constraint ?? []).flatMap((text) => parseConstraint(text, problems)),
    ],
    env: Object.fromEntries((options.env ?? []).flatMap((text) => parseVariable(text, problems))),
    uris: (options.uri ?? []).map(parseUri),
    user: options.user,
    retries: number('retries', options.retries, whole(0), 'a whole number from 0'),
    maxSeconds: seconds('max-time', options.maxTime, 1),
    killGraceSeconds: seconds('grace', options.grace, 0),
  };
  const timeoutMs = duration('timeout', options.timeout, 1);
  if (problems.length > 0)
    throw new CommandFailure(
      EXIT.usage,
      `Cannot run:\n${problems.map((text) => `  ${text}`).join('\n')}`,
      'meseta run --help',
    );
  return { submission: withoutUndefined(draft), timeoutMs };
}

async function readCommand(
  words: readonly string[],
  afterDashes: boolean,
  script: string | undefined,
  problems: string[],
): Promise<SubmissionInput['command']> {
  if (script !== undefined) {
    const text = await readFile(script, 'utf8').catch((error: Error) => {
      problems.push(`--script cannot be read: ${error.message}`);
      return '';
    });
    if (Buffer.byteLength(text) > LONGEST_SCRIPT_BYTES)
      problems.push(
        `--script holds ${Buffer.byteLength(text)} bytes, wanted at most ${LONGEST_SCRIPT_BYTES}; fetch it with --uri instead`,
      );
    const runnable = text.startsWith('#!') ? text : `#!/bin/sh\n${text}`;
    return { argv: ['/bin/sh', '-c', SCRIPT_RUNNER, 'script', runnable, ...words] };
  }
  const first = words[0];
  if (first === undefined || first === '') {
    problems.push('a command is missing: give one shell line in quotes, or -- and a program with its arguments');
    return { shell: ':' };
  }
  if (afterDashes) return { argv: [first, ...words.slice(1)] };
  if (words.length > 1)
    problems.push(
      `${words.length} words are not one command: quote them as one shell line ('${words.join(' ')}'), or put -- before them`,
    );
  return { shell: first };
}

/** `field:OPERATOR` or `field:OPERATOR:value`. */
function parseConstraint(text: string, problems: string[]): NonNullable<SubmissionInput['constraints']> {
  const [field, operatorText, ...rest] = text.split(':');
  const operator = CONSTRAINT_OPERATORS.find((known) => known === operatorText?.toUpperCase());
  if (field === undefined || field === '' || operator === undefined) {
    problems.push(
      `--constraint must be FIELD:OPERATOR or FIELD:OPERATOR:VALUE with one of ${CONSTRAINT_OPERATORS.join(', ')}, such as hostname:UNIQUE or rack:IS:r1, got "${text}"`,
    );
    return [];
  }
  return [{ field, operator, ...(rest.length > 0 ? { value: rest.join(':') } : {}) }];
}

/** `NAME=value`, or `NAME` for the value it has here. */
function parseVariable(text: string, problems: string[]): Array<[string, string]> {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const value = at < 0 ? process.env[name] : text.slice(at + 1);
  if (name === '' || value === undefined) {
    problems.push(
      at < 0 ? `--env ${text} names a variable that is not set here` : `--env must be NAME=value, got "${text}"`,
    );
    return [];
  }
  return [[name, value]];
}

/** `URI`, then any of `,executable`, `,no-extract`, `,cache`, `,output=NAME`. */
function parseUri(text: string): NonNullable<SubmissionInput['uris']>[number] {
  const parts = text.split(',');
  const flags: string[] = [];
  while (parts.length > 1 && /^(executable|no-extract|cache|output=.+)$/.test(parts.at(-1) ?? ''))
    flags.push(parts.pop() ?? '');
  const output = flags.find((flag) => flag.startsWith('output='))?.slice('output='.length);
  return {
    value: parts.join(','),
    executable: flags.includes('executable'),
    extract: !flags.includes('no-extract'),
    cache: flags.includes('cache'),
    ...(output === undefined ? {} : { outputFile: output }),
  };
}

/** A name from the first word of what is run: its base name, with what ids do not allow left out. */
function nameFrom(command: SubmissionInput['command'], script: string | undefined): string {
  const text = script ?? ('shell' in command ? (command.shell.trim().split(/\s+/)[0] ?? '') : (command.argv[0] ?? ''));
  const bare = (text.split('/').at(-1) ?? '')
    .replace(/\.[a-z]+$/, '')
    .replace(/[^A-Za-z0-9._-]/g, '')
    .replace(/^[^A-Za-z0-9]+/, '');
  return bare === '' ? 'job' : bare.slice(0, 40);
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}
