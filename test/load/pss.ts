import { readdir, readFile } from 'node:fs/promises';

/** Proportional set size of a process in MiB: its own memory, and its share of what it shares. 0 when it has ended. */
export async function pssMib(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024;
}

/** Processes whose command line holds `text`, by pid. */
export async function processesWith(text: string): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const commandLine = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.includes(text)) found.set(Number(name), commandLine.replaceAll('\0', ' ').trim());
  }
  return found;
}
