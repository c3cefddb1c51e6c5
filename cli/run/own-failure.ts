import { CommanderError } from 'commander';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

/** Codes that keep their meaning in commands that return the code of what they ran. */
const KEPT: readonly number[] = [EXIT.usage, EXIT.unplaced, EXIT.timedOut];

/** Runs a command that returns the code of what it ran: our own failures come out as 125, so that none is taken for it. */
export async function withOwnFailureCode(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CommanderError) throw error;
    if (error instanceof CommandFailure && KEPT.includes(error.exitCode)) throw error;
    const { message, hint } = error instanceof CommandFailure ? error : { message: String(error), hint: undefined };
    throw new CommandFailure(EXIT.ownFailure, message, hint, { cause: error });
  }
}
