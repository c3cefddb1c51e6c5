import { type Command, CommanderError } from 'commander';
import { RELEASE } from '../common/version.js';
import { becomePlugin } from './commands/plugin.js';
import { EXIT } from './exit-codes.js';
import { describeFailure, exitCodeOf } from './failure.js';
import { createProgram } from './program.js';

/** Runs one command line, without the program's name; sets the exit code and prints failures. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that went away (`meseta tasks | head`) is no error.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.done);
      throw error;
    });
  const program = createProgram(RELEASE);
  becomePlugin(args, new Set(['help', ...program.commands.map((command) => command.name())]), process.env);
  exitByThrowing(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
    else {
      process.stderr.write(`${describeFailure(error, args.includes('--debug'))}\n`);
      process.exitCode = exitCodeOf(error);
    }
  }
}

function exitByThrowing(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) exitByThrowing(child);
}
