/** What the exit code of every command means. `run` and `exec` return the task's own code instead (128+n for signal n). */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
  timedOut: 6,
  unplaced: 7,
  /** Our own failure during `run` and `exec`, so that it cannot be taken for the task's code. */
  ownFailure: 125,
  interrupted: 130,
} as const;

/** How code and help name an exit code. */
export type ExitName = keyof typeof EXIT;

/** The documented meanings, for help texts and the reference page. */
export const EXIT_MEANINGS: ReadonlyArray<readonly [code: number, meaning: string]> = [
  [EXIT.done, 'done'],
  [EXIT.failed, 'failed'],
  [EXIT.usage, 'wrong usage: an argument, option or document'],
  [EXIT.notFound, 'nothing found under that name'],
  [EXIT.refused, 'refused'],
  [EXIT.unreachable, 'the cluster cannot be reached'],
  [EXIT.timedOut, 'timed out waiting'],
  [EXIT.unplaced, 'submitted, but not (fully) placed'],
  [EXIT.ownFailure, 'our own failure, never the code of the task'],
  [EXIT.interrupted, 'interrupted; what was followed goes on'],
];
