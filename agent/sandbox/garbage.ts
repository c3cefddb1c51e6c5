import { readdir, rm, rmdir, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../common/runtime/clock.js';
import { messageOf } from '../../common/runtime/errors.js';
import type { Logger } from '../../common/runtime/logger.js';

/** When ended sandboxes are deleted. */
export interface GarbageOptions {
  /** Root of the sandboxes, whose disk counts. */
  readonly workDir: string;
  /** --gc_delay, ms: the longest that a sandbox stays. Default 1 week. */
  readonly delayMs?: number;
  /** --gc_disk_headroom, a fraction: how full the disk may be before all ended sandboxes go. Default 0.1. */
  readonly headroom?: number;
}

const DEFAULT_DELAY_MS = 7 * 24 * 60 * 60 * 1000;
const DEFAULT_HEADROOM = 0.1;

/** Of sandboxes: deleted, failed to be deleted, waiting for it; and how old one may become at present, ms. */
export interface GarbageFigures {
  readonly succeeded: number;
  readonly failed: number;
  readonly pending: number;
  readonly allowedAgeMs: number;
}

/** Deletes the sandboxes of what has ended, after a delay that shrinks as the disk fills. */
export class Garbage {
  readonly #options: GarbageOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** When each ended, in wall time, by path. */
  readonly #endedAt = new Map<string, number>();
  #succeeded = 0;
  #failed = 0;
  #allowedAgeMs: number;

  constructor(options: GarbageOptions, clock: Clock, log: Logger) {
    this.#options = options;
    this.#clock = clock;
    this.#log = log;
    this.#allowedAgeMs = allowedAgeMs(0, options);
  }

  /** From `atWallMs` nothing writes to this folder any more. The latest call of a path counts. */
  ended(path: string, atWallMs: number): void {
    this.#endedAt.set(path, atWallMs);
  }

  /** The folder was left by an earlier agent, and ended at `atWallMs` unless this one knows better. */
  found(path: string, atWallMs: number): void {
    if (!this.#endedAt.has(path)) this.#endedAt.set(path, atWallMs);
  }

  /** What was deleted so far, what waits for it, and the age of a sandbox that the last sweep would have allowed. */
  get figures(): GarbageFigures {
    const counts = { succeeded: this.#succeeded, failed: this.#failed, pending: this.#endedAt.size };
    return { ...counts, allowedAgeMs: this.#allowedAgeMs };
  }

  /** Deletes what is due, given how full the disk is. Call it every --disk_watch_interval. */
  async sweep(): Promise<void> {
    const delayMs = allowedAgeMs(await usedFraction(this.#options.workDir), this.#options);
    this.#allowedAgeMs = delayMs;
    const due = [...this.#endedAt].filter(([, endedAt]) => this.#clock.wallMs() - endedAt >= delayMs);
    for (const [path, endedAt] of due) {
      if (this.#endedAt.get(path) !== endedAt) continue; // used once more while others were deleted
      this.#endedAt.delete(path);
      await this.#remove(path, endedAt);
    }
  }

  async #remove(path: string, endedAt: number): Promise<void> {
    try {
      await rm(path, { recursive: true, force: true });
      await removeEmptyFoldersAbove(path, join(this.#options.workDir, 'slaves'));
      this.#succeeded += 1;
      this.#log.info('Sandbox deleted', { directory: path });
    } catch (error) {
      this.#failed += 1;
      this.#log.warn('Sandbox not deleted', { directory: path, error: messageOf(error) });
      this.#endedAt.set(path, endedAt); // the next sweep tries again
    }
  }
}

/** How long an ended sandbox may stay when `used` (0 to 1) of the disk is full: as in the original, less as it fills. */
export function allowedAgeMs(used: number, { delayMs, headroom }: Omit<GarbageOptions, 'workDir'>): number {
  return (delayMs ?? DEFAULT_DELAY_MS) * Math.max(0, 1 - (headroom ?? DEFAULT_HEADROOM) - used);
}

/** Takes away what held nothing but `path`, and the link to the latest run with its last run, up to but not `root`. */
async function removeEmptyFoldersAbove(path: string, root: string): Promise<void> {
  for (let folder = dirname(path); folder.startsWith(`${root}/`); folder = dirname(folder)) {
    if (basename(folder) === 'runs' && (await readdir(folder)).join() === 'latest') await rm(join(folder, 'latest'));
    const kept = await rmdir(folder).then(
      () => false,
      () => true, // not empty, or gone already
    );
    if (kept) return;
  }
}

async function usedFraction(path: string): Promise<number> {
  const { blocks, bavail } = await statfs(path);
  return blocks > 0 ? 1 - bavail / blocks : 0;
}
