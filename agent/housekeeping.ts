import type { Logger } from '../common/runtime/logger.js';
import type { AgentFlags } from './flags.js';
import type { Garbage } from './sandbox/garbage.js';
import { rotateOutputs } from './sandbox/rotation.js';

/** Time between two looks at the size of what tasks print: short, because a file may outgrow its limit meanwhile. */
const ROTATION_INTERVAL_MS = 1_000;

/**
 * Rotates the output of the `running` sandboxes and deletes what is left of ended ones, until disposed. Rounds never
 * overlap.
 */
export function startHousekeeping(
  running: () => Iterable<string>,
  garbage: Garbage,
  { logRotation, diskWatchIntervalMs }: AgentFlags,
  log: Logger,
): Disposable {
  const { stdoutBytes, stderrBytes, maxFiles } = logRotation;
  const rotation = { maxBytes: { stdout: stdoutBytes, stderr: stderrBytes }, keep: maxFiles - 1 };
  const rounds = [
    every(ROTATION_INTERVAL_MS, () => rotateOutputs(running(), rotation, log), log),
    every(diskWatchIntervalMs, () => garbage.sweep(), log),
  ];
  return {
    [Symbol.dispose]: () => {
      for (const stop of rounds) stop();
    },
  };
}

function every(intervalMs: number, work: () => Promise<void>, log: Logger): () => void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    work()
      .catch((error: unknown) => log.warn('Housekeeping failed', { error }))
      .finally(() => {
        busy = false;
      });
  }, intervalMs).unref();
  return () => clearInterval(timer);
}
