import { readFile, stat } from 'node:fs/promises';
import type { Owner } from './spawner/protocol.js';

/** Numeric ids of local users by name. */
export interface Users {
  /** Undefined when there is no such user. */
  find(name: string): Promise<Owner | undefined>;
}

/**
 * Reads users from a file in the format of passwd(5), again whenever it changes. Users of a directory service that
 * are not in it are not found.
 */
export function passwdUsers(path = '/etc/passwd'): Users {
  let users = new Map<string, Owner>();
  let readAt = Number.NaN;
  const find = async (name: string) => {
    const { mtimeMs } = await stat(path);
    if (mtimeMs !== readAt) {
      users = parsePasswd(await readFile(path, 'utf8'));
      readAt = mtimeMs;
    }
    return users.get(name);
  };
  return { find };
}

/** Users by name; lines that do not give numeric ids are skipped, and of two of a name the first counts. */
export function parsePasswd(text: string): Map<string, Owner> {
  const users = new Map<string, Owner>();
  for (const line of text.split('\n')) {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    if (!/^\d+$/.test(uid) || !/^\d+$/.test(gid) || users.has(name)) continue;
    users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return users;
}
