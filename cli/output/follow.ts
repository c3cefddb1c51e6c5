import { setTimeout as sleep } from 'node:timers/promises';
import type { FileTail } from '../cluster/sandbox.js';

/** Delays between looks at a quiet file, in ms: short at first, so that output feels live. */
const QUICK_MS = 50;
const SLOW_MS = 1_000;

/** A file being followed and where its bytes go. */
export interface Followed {
  readonly tail: FileTail;
  readonly write: (data: Uint8Array) => void;
}

/**
 * Copies what files grow by until `ended` says that nothing more will come, then once more to the end. Looks often while
 * there is news and less often when quiet.
 */
export async function follow(files: readonly Followed[], ended: () => Promise<boolean> | boolean): Promise<void> {
  let waitMs = QUICK_MS;
  for (;;) {
    const over = await ended();
    const news = await drain(files);
    if (over) return;
    waitMs = news ? QUICK_MS : Math.min(SLOW_MS, waitMs * 1.5);
    await sleep(waitMs);
  }
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
