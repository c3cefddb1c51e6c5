import { CodedError } from './errors.js';
import type { Logger } from './logger.js';

/** Codes that a daemon exits with. */
export const DAEMON_EXIT = {
  done: 0,
  /** Could not start, or could not go on. */
  failed: 1,
  /** A flag or variable is wrong. */
  usage: 2,
} as const;

/**
 * Runs a daemon that prints its own mistakes at the start: what cannot be started is told in one sentence, without a
 * stack, unless it is a bug. Returns the exit code. A start that a signal ended (STOPPED) dies of it: a step that hangs in
 * the file system would hold up an orderly exit for as long.
 */
export async function reportStartFailure(
  run: () => Promise<number>,
  die = () => process.kill(process.pid, 'SIGTERM'),
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof CodedError) || error.code === 'INTERNAL') throw error;
    if (error.code === 'STOPPED') {
      die(); // nobody listens for signals any more, so this is the end
      return DAEMON_EXIT.done;
    }
    process.stderr.write(`${error.message}\n`);
    return error.code === 'BAD_FLAGS' ? DAEMON_EXIT.usage : DAEMON_EXIT.failed;
  }
}

/** Waits for `work`, but no longer than `boundMs`; a step of stopping that takes longer is left behind with a warning. */
export async function stopWithin(boundMs: number, what: string, work: Promise<unknown>, log: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, boundMs, 'late');
  });
  try {
    if ((await Promise.race([work, late])) === 'late') log.warn('Step of stopping left behind', { what, boundMs });
  } catch (error) {
    log.warn('Step of stopping failed', { what, error });
  } finally {
    clearTimeout(timer);
  }
}
