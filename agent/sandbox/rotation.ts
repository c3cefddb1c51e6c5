import { constants } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { messageOf } from '../../common/runtime/errors.js';
import type { Logger } from '../../common/runtime/logger.js';
import { openSandbox } from './directory.js';

/** When output is rotated, and how much is kept. */
export interface RotationOptions {
  /** Bytes above which each becomes `stdout.1` or `stderr.1`. */
  readonly maxBytes: { readonly stdout: number; readonly stderr: number };
  /** Rotated files kept of each, the oldest going first; 0 keeps none. */
  readonly keep: number;
}

const OUTPUTS = ['stdout', 'stderr'] as const;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Rotates the output of every sandbox in `directories` (real, absolute) that has grown too large. The processes keep
 * their files open for appending, so a file is copied and then emptied: what a process writes between the last read
 * and the emptying, microseconds apart, is lost. Between two sweeps a file may outgrow its limit.
 */
export async function rotateOutputs(
  directories: Iterable<string>,
  options: RotationOptions,
  log: Logger,
): Promise<void> {
  for (const path of directories) {
    for (const name of OUTPUTS) {
      const stats = await stat(`${path}/${name}`).catch(() => undefined);
      if (stats === undefined || !stats.isFile() || stats.size <= options.maxBytes[name]) continue;
      await rotate(path, name, options.keep).catch((error: unknown) =>
        log.warn('Output not rotated', { directory: path, name, error: messageOf(error) }),
      );
    }
  }
}

async function rotate(path: string, name: string, keep: number): Promise<void> {
  await using directory = await openSandbox(path);
  const inside = `/proc/self/fd/${directory.fd}`;
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK, O_WRONLY, O_CREAT, O_EXCL } = constants;
  await using source = await open(`${inside}/${name}`, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  const stats = await source.stat();
  if (!stats.isFile()) return;
  const fresh = `${inside}/.${name}.rotating`;
  await unlink(fresh).catch(() => {}); // of a rotation that was interrupted
  await using copy = await open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  await copy.chown(stats.uid, stats.gid);
  await copyAll(source, copy);
  await source.truncate(0);
  for (let number = keep - 1; number >= 1; number--) {
    await rename(`${inside}/${name}.${number}`, `${inside}/${name}.${number + 1}`).catch(() => {}); // not that many yet
  }
  if (keep > 0) await rename(fresh, `${inside}/${name}.1`);
  else await unlink(fresh);
}

/** Copies until the end is seen, which moves while the task writes. */
async function copyAll(source: FileHandle, copy: FileHandle): Promise<void> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let offset = 0; ; ) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length, offset);
    if (bytesRead === 0) return;
    await copy.write(buffer, 0, bytesRead);
    offset += bytesRead;
  }
}
