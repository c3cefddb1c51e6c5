import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Numeric user and group. */
export interface SandboxOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Makes the sandbox `path` (real, absolute), readable by its owner and group only; folders above it by everyone. A
 * sandbox in a folder `runs` becomes what the link `runs/latest` leads to. One that exists already is taken over.
 */
export async function makeSandbox(path: string, owner?: SandboxOwner): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await mkdir(path, { mode: 0o750 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const directory = await openSandbox(path);
  try {
    if (owner !== undefined) await directory.chown(owner.uid, owner.gid);
  } finally {
    await directory.close();
  }
  if (basename(dirname(path)) === 'runs') await pointLatest(path);
}

/**
 * Opens a folder for work beneath it by `/proc/self/fd/<fd>/name`, so that nobody who owns a folder above can swap
 * it for a link meanwhile. Throws when a link is already in the way.
 */
export async function openSandbox(path: string): Promise<FileHandle> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const real = await readlink(`/proc/self/fd/${directory.fd}`);
  if (real === path) return directory;
  await directory.close();
  throw new Error(`'${path}' leads through a symbolic link`);
}

async function pointLatest(path: string): Promise<void> {
  const link = join(dirname(path), 'latest');
  const fresh = `${link}.${basename(path)}`;
  await rm(fresh, { force: true });
  await symlink(path, fresh);
  await rename(fresh, link);
}
