import type { Command } from 'commander';
import { EXIT, EXIT_MEANINGS, type ExitName } from './exit-codes.js';

/** A command line as a user would type it, and in a few words what it does. */
export type Example = readonly [line: string, what: string];

/** What help and reference say of a command beyond its options. */
interface Notes {
  readonly examples: readonly Example[];
  readonly exits: ReadonlyArray<readonly [code: string, meaning: string]>;
}

const notes = new WeakMap<Command, Notes>();

/** Exit codes of every command that asks the cluster something. */
export const ASKING = ['done', 'failed', 'usage', 'refused', 'unreachable'] as const satisfies ExitName[];

/** For commands that return the code of what they ran. */
export const OF_THE_TASK = ['0-255', "the task's own code; 128 + n when signal n ended it"] as const;

/** Adds examples and exit codes to a command's help. */
export function withHelp(
  command: Command,
  examples: readonly Example[],
  exits: readonly ExitName[],
  ...special: ReadonlyArray<readonly [code: string, meaning: string]>
): Command {
  const codes = EXIT_MEANINGS.filter(([code]) => exits.some((name) => EXIT[name] === code));
  const all = [...special, ...codes.map(([code, meaning]) => [String(code), meaning] as const)];
  notes.set(command, { examples, exits: all });
  return command.addHelpText('after', `\nExamples:\n${twoColumns(examples)}\n\nExit codes:\n${twoColumns(all)}`);
}

/** What `withHelp` was told; undefined for a command without. */
export function notesOf(command: Command): Notes | undefined {
  return notes.get(command);
}

function twoColumns(rows: ReadonlyArray<readonly [string, string]>): string {
  const widest = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(widest)}  ${right}`).join('\n');
}
