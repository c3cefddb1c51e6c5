import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import { Readable } from 'node:stream';
import { CodedError } from '../../common/runtime/errors.js';

/** Most bytes a read gives, and what it gives when not told. */
export const MOST_BYTES_A_READ = 64 * 1024;

/** Most entries a listing gives: a task can make millions. */
const MOST_ENTRIES = 10_000;

/** One line of a listing. */
export interface FileEntry {
  /** The path asked for, a slash, and the name. */
  readonly path: string;
  readonly nlink: number;
  /** Bytes. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** As stat(2) gives it, type bits included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Part of a file. */
export interface FileSlice {
  readonly data: Uint8Array;
  /** Where `data` begins; the size of the file when that was asked for. */
  readonly offset: number;
  /** Bytes of the whole file. */
  readonly size: number;
}

/**
 * Lists a folder of a sandbox by name. `root` is the sandbox, absolute; `path` leads beneath it, with or without a slash
 * in front. Links are listed, not followed. NOT_FOUND when it is missing, outside or no folder.
 */
export async function listFiles(root: string, path: string): Promise<FileEntry[]> {
  const folder = await openBeneath(root, path, constants.O_DIRECTORY);
  try {
    const inside = `/proc/self/fd/${folder.fd}`;
    const names = (await readdir(inside)).sort().slice(0, MOST_ENTRIES);
    const entries = await Promise.all(names.map((name) => entryOf(inside, path, name)));
    return entries.filter((entry) => entry !== undefined);
  } finally {
    await folder.close();
  }
}

/**
 * Reads a regular file of a sandbox. `offset` and `length` in bytes; `offset` -1 asks for the size only; at most 64
 * KiB are read at once. NOT_FOUND when it is missing, outside or no regular file.
 */
export async function readSlice(root: string, path: string, offset: number, length?: number): Promise<FileSlice> {
  if (!Number.isSafeInteger(offset) || offset < -1) {
    throw new CodedError('BAD_INPUT', `Cannot read '${path}': offset is ${offset}, at least -1 is wanted`);
  }
  if (length !== undefined && (!Number.isSafeInteger(length) || length < -1)) {
    throw new CodedError('BAD_INPUT', `Cannot read '${path}': length is ${length}, at least -1 is wanted`);
  }
  const file = await openBeneath(root, path, 0);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw notFound(path);
    if (offset === -1) return { data: new Uint8Array(), offset: stats.size, size: stats.size };
    const wanted = length === undefined || length === -1 ? MOST_BYTES_A_READ : Math.min(length, MOST_BYTES_A_READ);
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(wanted, stats.size - offset)));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
    return { data: buffer.subarray(0, bytesRead), offset, size: stats.size };
  } finally {
    await file.close();
  }
}

/** The whole of a regular file of a sandbox, as long as it is now. NOT_FOUND as with `readSlice`. */
export async function openFile(
  root: string,
  path: string,
): Promise<{ readonly size: number; readonly content: Readable }> {
  const file = await openBeneath(root, path, 0);
  const stats = await file.stat();
  if (stats.isFile()) return { size: stats.size, content: streamOf(file, stats.size) };
  await file.close();
  throw notFound(path);
}

/** Closes the file when it ends, or is destroyed. */
function streamOf(file: FileHandle, size: number): Readable {
  if (size > 0) return file.createReadStream({ start: 0, end: size - 1 });
  void file.close();
  return Readable.from([]);
}

/**
 * Opens what `path` leads to and makes sure, by asking the kernel what was opened, that it lies beneath `root`: a
 * link swapped in between check and opening gains nothing. Only folders and regular files are opened at all.
 */
async function openBeneath(root: string, path: string, flags: number): Promise<FileHandle> {
  if (path.includes('\0')) throw notFound(path);
  const realRoot = await realpath(root).catch(() => undefined);
  const real = realRoot && (await realpath(join(realRoot, path)).catch(() => undefined));
  if (real === undefined || realRoot === undefined || !isBeneath(real, realRoot)) throw notFound(path);
  const stats = await lstat(real).catch(() => undefined);
  if (stats === undefined || !(stats.isFile() || stats.isDirectory())) throw notFound(path); // opening a device acts
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW, O_NOCTTY } = constants;
  const file = await open(real, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | flags).catch(() => undefined);
  if (file === undefined) throw notFound(path);
  if (isBeneath(await readlink(`/proc/self/fd/${file.fd}`), realRoot) && (await isOwn(file, realRoot))) return file;
  await file.close();
  throw notFound(path);
}

/** A second name for a file outside, which a task may have made, belongs to somebody else. */
async function isOwn(file: FileHandle, realRoot: string): Promise<boolean> {
  const stats = await file.stat();
  return stats.isDirectory() || stats.nlink <= 1 || stats.uid === (await lstat(realRoot)).uid;
}

const isBeneath = (path: string, root: string) => path === root || path.startsWith(root === sep ? sep : root + sep);

const notFound = (path: string) => new CodedError('NOT_FOUND', `Cannot open '${path}': no such file in the sandbox`);

async function entryOf(inside: string, path: string, name: string): Promise<FileEntry | undefined> {
  const stats = await lstat(join(inside, name)).catch(() => undefined); // gone meanwhile
  return stats && toEntry(posix.join(path, name), stats);
}

function toEntry(path: string, { nlink, size, mtimeMs, mode, uid, gid }: Stats): FileEntry {
  return { path, nlink, size, mtime: mtimeMs / 1000, mode, uid, gid };
}
