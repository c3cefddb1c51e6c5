import { CodedError } from '../../common/runtime/errors.js';
import type { Agent } from '../agent.js';
import { listFiles, openFile, readSlice } from '../sandbox/files.js';
import { ownerNames } from '../sandbox/owner-names.js';
import type { SandboxFiles } from './api-ports.js';
import { toSandboxPlace } from './sandbox-paths.js';

/** The files below the sandboxes of this agent. */
export function sandboxReader(agent: Agent): SandboxFiles {
  const placeOf = (path: string) => toSandboxPlace(path, agent.options.workDir, agent.id);
  return {
    async list(path) {
      const place = placeOf(path);
      if (place === undefined) return undefined;
      const entries = await unlessMissing(listFiles(place.root, place.inside));
      const [users, groups] = await Promise.all([ownerNames('/etc/passwd'), ownerNames('/etc/group')]);
      return entries?.map(({ path: name, nlink, size, mtime, mode, uid, gid }) => ({
        path: `${path.replace(/\/+$/, '')}/${name.slice(name.lastIndexOf('/') + 1)}`,
        nlink,
        size,
        mtime: { nanoseconds: Math.round(mtime * 1e9) },
        mode,
        uid: users.get(uid) ?? String(uid),
        gid: groups.get(gid) ?? String(gid),
      }));
    },
    async read(path, offset, length) {
      const place = placeOf(path);
      return place && (await unlessMissing(readSlice(place.root, place.inside, offset, length)));
    },
    async open(path) {
      const place = placeOf(path);
      return place && (await unlessMissing(openFile(place.root, place.inside)));
    },
  };
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CodedError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
