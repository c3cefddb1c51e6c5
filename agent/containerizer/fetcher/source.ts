import { constants, type Stats } from 'node:fs';
import { open, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { CodedError } from '../../../common/runtime/errors.js';
import type { SandboxOwner } from '../../sandbox/directory.js';
import { openHttp } from './http-source.js';

/** Whose permissions count, and where relative paths start (--frameworks_home). */
export interface SourceOptions {
  readonly owner?: SandboxOwner;
  readonly frameworksHome?: string;
  readonly stallTimeoutMs: number;
}

/** Opens what a URI names: an http or https address, or a file of this machine that the task's user may read. */
export async function openSource(uri: string, options: SourceOptions, signal: AbortSignal): Promise<Readable> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(uri)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return openLocal(toPath(uri, options.frameworksHome), options.owner);
    case 'file':
      return openLocal(fileURLToPath(uri), options.owner);
    case 'http':
    case 'https':
      return openHttp(new URL(uri), options.stallTimeoutMs, signal);
    default:
      throw new CodedError('BAD_INPUT', `scheme '${scheme}' is not supported, a path, file, http or https is wanted`);
  }
}

/** The name that a URI's content is given when none is told: what stands after the last slash of its path. */
export function nameOf(uri: string): string {
  const path = uri.includes('://') ? uri.replace(/[?#].*$/, '').replace(/^[^:]*:\/\/[^/]*/, '') : uri;
  return path.replace(/\/+$/, '').replace(/^.*\//, '');
}

/** A URI fit for logs and messages: without user, password and query, which may hold secrets. */
export function withoutSecrets(uri: string): string {
  if (!uri.includes('://')) return uri;
  return uri.replace(/^([^:]*:\/\/)[^/@?]*@/, '$1').replace(/\?.*$/, '?...');
}

function toPath(uri: string, home: string | undefined): string {
  if (isAbsolute(uri)) return uri;
  if (home === undefined) throw new CodedError('BAD_INPUT', 'path is relative, and the agent has no --frameworks_home');
  return join(home, uri);
}

async function openLocal(path: string, owner: SandboxOwner | undefined): Promise<Readable> {
  const real = await realpath(path);
  if (!(await stat(real)).isFile()) throw new CodedError('BAD_INPUT', 'not a regular file');
  if (owner !== undefined) await expectReadable(real, owner);
  const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if ((await readlink(`/proc/self/fd/${file.fd}`)) === real) return file.createReadStream();
  await file.close();
  throw new CodedError('REFUSED', 'a link was put in its way');
}

/** The agent may read everything; a task must not gain by it what its user could not read. */
async function expectReadable(path: string, owner: SandboxOwner): Promise<void> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!allows(await stat(folder), owner, 0o1)) throw denied(owner);
    if (folder === dirname(folder)) break;
  }
  if (!allows(await stat(path), owner, 0o4)) throw denied(owner);
}

function allows({ mode, uid, gid }: Stats, owner: SandboxOwner, bit: number): boolean {
  if (owner.uid === 0) return true;
  const shift = uid === owner.uid ? 6 : gid === owner.gid ? 3 : 0;
  return ((mode >> shift) & bit) !== 0;
}

const denied = (owner: SandboxOwner) => new CodedError('REFUSED', `permission denied for user ${owner.uid}`);
