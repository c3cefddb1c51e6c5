import { join } from 'node:path';

/** A place below a sandbox: the real path of the executor's run directory, and what follows it. */
export interface SandboxPlace {
  readonly root: string;
  /** Begins with a slash, or is empty for the sandbox itself. */
  readonly inside: string;
}

/** `/frameworks/F/executors/E/runs/C`, or its virtual form with a task's name, and what is below it. */
const RUN = /^(\/frameworks\/[^/]+\/executors\/[^/]+\/runs\/[^/]+)(\/.*)?$/;

/**
 * Where a path of the files API leads: a real one below `workDir`, or the part of it that begins with `/frameworks`,
 * as the original accepts both. Undefined when it is not below a sandbox of this agent.
 */
export function toSandboxPlace(path: string, workDir: string, agentId: string | undefined): SandboxPlace | undefined {
  if (agentId === undefined || path.includes('\0') || path.split('/').includes('..')) return undefined;
  const agentDir = join(workDir, 'slaves', agentId);
  const virtual = path.startsWith(`${agentDir}/`) ? path.slice(agentDir.length) : path;
  const match = RUN.exec(virtual.replace(/\/+$/, ''));
  return match === null ? undefined : { root: join(agentDir, match[1] ?? ''), inside: match[2] ?? '' };
}
