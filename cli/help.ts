import type { Command } from 'commander';
import { EXIT_MEANINGS } from './exit-codes.js';

/** Adds examples and the exit codes to a command's help. */
export function withExamples(
  command: Command,
  examples: ReadonlyArray<readonly [line: string, what: string]>,
): Command {
  const widest = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `  ${line.padEnd(widest)}  ${what}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}\n\n${exitCodesHelp()}`);
}

function exitCodesHelp(): string {
  return `Exit codes: ${EXIT_MEANINGS.map(([code, meaning]) => `${code} ${meaning}`).join('; ')}`;
}
