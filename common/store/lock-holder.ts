import { readFile, stat } from 'node:fs/promises';

/** The pid of the process that holds a lock on the file, read from Linux' table of locks; undefined if not knowable. */
export async function lockHolder(path: string): Promise<number | undefined> {
  try {
    const [{ ino }, locks] = await Promise.all([stat(path), readFile('/proc/locks', 'utf8')]);
    // "1: POSIX  ADVISORY  WRITE 9502 fe:00:9978206 1073741824 1073742335": pid, then device and inode
    const holders = locks.matchAll(/^\d+: POSIX\s+\S+\s+\S+\s+(\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/gm);
    for (const [, pid, inode] of holders) if (Number(inode) === ino && Number(pid) > 0) return Number(pid);
  } catch {
    // not Linux, or /proc is hidden: the refusal goes without the pid
  }
  return undefined;
}
