import { setTimeout as sleep } from 'node:timers/promises';
import type { FileTail } from '../cluster/sandbox.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

/** Delays between looks at a quiet file, in ms: short at first, so that output feels live. */
const QUICK_MS = 50;
const SLOW_MS = 1_000;
/** How long an agent may be away (it may be restarting) before its file is given up, in ms. */
const PATIENCE_MS = 60_000;

/** A file being followed and where its bytes go. */
export interface Followed {
  readonly tail: Pick<FileTail, 'next'>;
  readonly write: (data: Uint8Array) => void;
  /** Nothing more will come: what is held back may be written. */
  readonly end?: () => void;
}

/**
 * Copies what files grow by until `ended` says that nothing more will come, then once more to the end. Looks often while
 * there is news and less often when quiet; `several`: how many others follow at the same time, to look less often.
 */
export async function follow(
  files: readonly Followed[],
  ended: () => Promise<boolean> | boolean,
  several = 0,
): Promise<void> {
  const quickMs = Math.min(SLOW_MS, QUICK_MS + 5 * several);
  let waitMs = quickMs;
  let heardAtMs = performance.now();
  for (;;) {
    try {
      const over = await ended();
      const news = await drain(files);
      if (over) break;
      heardAtMs = performance.now();
      waitMs = news ? quickMs : Math.min(SLOW_MS, waitMs * 1.5);
    } catch (error) {
      const away = error instanceof CommandFailure && error.exitCode === EXIT.unreachable;
      if (!away || performance.now() - heardAtMs > PATIENCE_MS) throw error;
      waitMs = SLOW_MS;
    }
    await sleep(waitMs);
  }
  for (const { end } of files) end?.();
}

/** Copies what there is now. Returns whether there was anything. */
export async function drain(files: readonly Followed[]): Promise<boolean> {
  let news = false;
  for (const { tail, write } of files) {
    for (let data = await tail.next(); data.length > 0; data = await tail.next()) {
      write(data);
      news = true;
    }
  }
  return news;
}
