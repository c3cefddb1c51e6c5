import { readdir, readFile } from 'node:fs/promises';

/** A process as the kernel shows it. */
export interface FoundProcess {
  readonly pid: number;
  /** Arguments, parted by spaces. */
  readonly commandLine: string;
}

/** Processes other than this one that name `folder` in their arguments or environment: a cluster's daemons, spawners and tasks. */
export async function processesOf(folder: string): Promise<FoundProcess[]> {
  const found: FoundProcess[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const [commandLine, environment] = await Promise.all([read(name, 'cmdline'), read(name, 'environ')]);
    if (!commandLine.includes(folder) && !environment.includes(folder)) continue;
    found.push({ pid: Number(name), commandLine: commandLine.replaceAll('\0', ' ').trim() });
  }
  return found;
}

/** Kills them, those that they start meanwhile too, until none is left or `boundMs` have passed. */
export async function killProcessesOf(folder: string, boundMs = 10_000): Promise<void> {
  for (const endAtMs = performance.now() + boundMs; performance.now() < endAtMs; ) {
    const found = await processesOf(folder);
    if (found.length === 0) break;
    for (const { pid } of found) kill(pid);
  }
}

/** Kills a process that was found; false when it has ended by itself since. */
export function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Empty when the process has ended, or may not be looked at. */
function read(pid: string, file: 'cmdline' | 'environ'): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
}
