#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { CommanderError } from 'commander';
import { becomeDaemon } from './commands/daemons.js';
import { EXIT } from './exit-codes.js';
import { describeFailure, exitCodeOf } from './failure.js';

const args = process.argv.slice(2);
becomeDaemon(args, process.env);

// A reader that went away (`meseta tasks | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

const { createProgram } = await import('./program.js');
const program = createProgram(await readVersion());
program.exitOverride();
for (const command of program.commands) exitByThrowing(command);
try {
  await program.parseAsync(args, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else {
    process.stderr.write(`${describeFailure(error, args.includes('--debug'))}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

function exitByThrowing(command: typeof program): void {
  command.exitOverride();
  for (const child of command.commands) exitByThrowing(child);
}

async function readVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
