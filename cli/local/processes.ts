import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that belongs to the local cluster of a folder. */
export interface LocalProcess {
  readonly pid: number;
  /** `helper`: of a daemon; `task`: works in a sandbox. */
  readonly kind: 'daemon' | 'helper' | 'task';
  /** Of a daemon, its name in the plan. */
  readonly name: string;
}

/**
 * Every process that works for the cluster of this folder: its daemons, known by their `--work_dir`; their helpers, known
 * by a path below it among their arguments; and tasks, known by the folder they work in. Read from /proc, so that what a
 * supervisor that was killed has left behind is found as well; nothing where there is no /proc.
 */
export async function findProcesses(stateDir: string): Promise<LocalProcess[]> {
  const entries = await readdir('/proc').catch(() => []);
  const pids = entries.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).map(Number);
  const found = await Promise.all(pids.map((pid) => examine(pid, join(stateDir, '/'))));
  return found.filter((each) => each !== undefined);
}

/** `below`: the state folder with a slash at its end. A process that ends meanwhile is none. */
async function examine(pid: number, below: string): Promise<LocalProcess | undefined> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const [program = '', ...args] = commandLine.split('\0');
  if (/(^|\/)node[^/]*$/.test(program)) {
    const workDir = args.find((arg) => arg.startsWith('--work_dir='))?.slice('--work_dir='.length);
    if (workDir?.startsWith(below)) return { pid, kind: 'daemon', name: workDir.slice(below.length) };
    if (args.some((arg) => arg.startsWith(below))) return { pid, kind: 'helper', name: '' };
  }
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  return folder.startsWith(below) && folder.includes('/runs/') ? { pid, kind: 'task', name: '' } : undefined;
}

/** Sends a signal; a process that has ended already is as good. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether a process exists. One that has ended but was not reaped counts as gone. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return state === undefined || !/^\d+ \(.*\) Z/s.test(state);
}

/** Waits until the processes are gone; those that are not after `boundMs` are killed. Gives the pids of these. */
export async function waitUntilGone(pids: readonly number[], boundMs: number): Promise<number[]> {
  const endAtMs = performance.now() + boundMs;
  let left = [...pids];
  for (;;) {
    const alive = await Promise.all(left.map(isAlive));
    left = left.filter((_, at) => alive[at]);
    if (left.length === 0) return [];
    if (performance.now() > endAtMs) break;
    await sleep(50);
  }
  for (const pid of left) signal(pid, 'SIGKILL');
  return left;
}
