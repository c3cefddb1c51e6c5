import { dirname, join } from 'node:path';
import type { ServedFiles } from '../../common/net/http/files-endpoint.js';
import type { Agent } from '../agent.js';
import { unixMode } from '../sandbox/unix-mode.js';
import type { SandboxFiles } from './api-ports.js';
import { allExecutors } from './task-view.js';

/** The sandboxes as `/files/browse` and its kin show them. */
export function servedFiles(agent: Agent, files: SandboxFiles): ServedFiles {
  return {
    read: files.read,
    open: files.open,
    async browse(path) {
      const entries = await files.list(path);
      return entries?.map(({ path: name, nlink, size, mtime, mode, uid, gid }) => ({
        path: name,
        nlink: nlink ?? 1,
        size: size ?? 0,
        mtime: Math.floor((mtime?.nanoseconds ?? 0) / 1e9),
        mode: unixMode(mode ?? 0),
        uid: uid ?? '',
        gid: gid ?? '',
      }));
    },
    attached() {
      const { live, completed } = allExecutors(agent);
      const runs = [...completed, ...live].flatMap(({ id, framework, directory }) => [
        [directory, directory], // the newest run comes last and is the latest
        [join(dirname(directory), 'latest'), directory],
        [`/frameworks/${framework.id}/executors/${id}/runs/latest`, directory],
      ]);
      return Object.fromEntries(runs);
    },
  };
}
