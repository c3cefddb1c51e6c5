import type { Logger } from './logger.js';

/** Ends the process with code 70 (EX_SOFTWARE) at the first error that nobody caught, after logging it. */
export function exitOnUncaughtErrors(log: Logger): void {
  process.on('uncaughtException', (error, origin) => {
    log.error('Uncaught error, leaving', { error, origin });
    process.exit(70);
  });
}
