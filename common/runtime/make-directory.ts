import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CodedError, messageOf } from './errors.js';

/** What keeps a directory from being made, in words; other codes are told as the system tells them. */
const OBSTACLES: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EEXIST: 'it is not a directory',
  ENOENT: 'the file system there takes no new directories',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
};

/**
 * Makes the directory `path` (absolute) and those above it that are missing, all with `mode`; one that exists stays as
 * it is. Rejects with the system's error. Node's own `recursive` spins for minutes where a file system, such as /proc,
 * answers that there is no parent, although there is one; here each directory is tried twice at most.
 */
export async function makeDirectory(path: string, mode: number): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path), mode);
    await makeOne(path, mode);
  }
}

/** Makes the directory that the flag `--<flag>` says, or implies. Rejects with BAD_FLAGS, which names the flag. */
export async function makeFlagDirectory(flag: string, path: string, mode: number): Promise<void> {
  try {
    await makeDirectory(path, mode);
  } catch (error) {
    const obstacle = OBSTACLES[codeOf(error) ?? ''] ?? messageOf(error);
    const wanted = `give a directory that exists or can be made with --${flag}=PATH`;
    throw new CodedError('BAD_FLAGS', `Cannot use --${flag}, ${path}: ${obstacle}; ${wanted}`, { cause: error });
  }
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const there = codeOf(error) === 'EEXIST' ? await stat(path).catch(() => undefined) : undefined;
    if (!there?.isDirectory()) throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
