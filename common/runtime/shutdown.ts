import { CodedError } from './errors.js';
import type { Logger } from './logger.js';

/** What `listenForShutdown` needs of `process`. */
export interface SignalSource {
  on(event: 'SIGINT' | 'SIGTERM', listener: (signal: NodeJS.Signals) => void): unknown;
  off(event: 'SIGINT' | 'SIGTERM', listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): void;
}

/** Exit codes of a process that a signal ended, by the shell's convention of 128 + number. */
const EXIT_CODES: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143 };

/**
 * The first SIGINT or SIGTERM aborts `signal` with STOPPED, so that services stop in order; the second exits at once, for
 * the operator whose daemon hangs while stopping. Dispose to listen no longer.
 */
export function listenForShutdown(
  log: Logger,
  source: SignalSource = process,
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const heard = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      log.warn('Second signal, leaving without cleaning up', { signal });
      source.exit(EXIT_CODES[signal] ?? 1);
      return;
    }
    log.info('Shutting down', { signal });
    controller.abort(new CodedError('STOPPED', `Told to stop by ${signal}`));
  };
  source.on('SIGINT', heard);
  source.on('SIGTERM', heard);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      source.off('SIGINT', heard);
      source.off('SIGTERM', heard);
    },
  };
}
