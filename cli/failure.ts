import { CodedError, messageOf } from '../common/runtime/errors.js';
import { asTyped } from './command-name.js';
import { EXIT } from './exit-codes.js';
import { printableLines } from './output/style.js';

/** A command that failed: what failed and why in `message`, what to try in `hint`, and the exit code. */
export class CommandFailure extends Error {
  readonly exitCode: number;
  readonly hint: string | undefined;

  constructor(exitCode: number, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** The exit code that fits an error of ours. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailure) return error.exitCode;
  if (!(error instanceof CodedError)) return EXIT.failed;
  switch (error.code) {
    case 'BAD_FLAGS':
    case 'BAD_INPUT':
      return EXIT.usage;
    case 'NOT_FOUND':
      return EXIT.notFound;
    case 'REFUSED':
      return EXIT.refused;
    case 'UNREACHABLE':
      return EXIT.unreachable;
    case 'TIMED_OUT':
      return EXIT.timedOut;
    case 'CORRUPT':
    case 'STORE_FAILED':
    case 'LIMIT':
    case 'STOPPED':
    case 'ILLEGAL_MOVE':
    case 'INTERNAL':
      return EXIT.failed;
  }
}

/** What a person reads on standard error: what failed and why, then what to try; a stack only with `debug`. */
export function describeFailure(error: unknown, debug: boolean): string {
  const lines = [`meseta: ${printableLines(messageOf(error))}`];
  if (error instanceof CommandFailure && error.hint !== undefined) lines.push(`  try: ${asTyped(error.hint)}`);
  if (debug && error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  return lines.join('\n');
}
