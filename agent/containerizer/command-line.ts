import type { CommandInfo } from '../../proto/index.js';

/** A program and its argument list from `argv[0]` on. */
export interface CommandLine {
  readonly file: string;
  readonly argv: readonly string[];
}

/** What a command runs: a shell line by default, else `value` with exactly its arguments, the first being `argv[0]`. */
export function commandLineOf({ shell, value, arguments: argv }: CommandInfo): CommandLine {
  const program = value ?? '';
  if (shell ?? true) return { file: '/bin/sh', argv: ['sh', '-c', program] };
  return { file: program, argv: argv && argv.length > 0 ? argv : [program] };
}
