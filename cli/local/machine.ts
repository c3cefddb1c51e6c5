import { readFile, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const machineSchema = z.object({
  /** Cores. */
  cpus: z.number().positive(),
  /** MiB. */
  memMib: z.number().positive(),
  /** MiB that were free where the state folder is when the cluster was first started. */
  diskMib: z.number().positive(),
});

/** What the machine has, as far as a local cluster cares. */
export type Machine = Readonly<z.infer<typeof machineSchema>>;

const MIB = 1024 * 1024;

/**
 * What a local cluster shares out. Measured once and kept with its state: free disk changes from minute to minute, and
 * an agent whose resources differ from before may not take up its tasks again. Measured anew when the machine changed.
 */
export async function machineOf(stateDir: string): Promise<Machine> {
  const file = join(stateDir, 'machine.json');
  const now = await measure(stateDir);
  const kept = machineSchema.safeParse(parseJson(await readFile(file, 'utf8').catch(() => '')));
  if (kept.success && isSame(kept.data, now)) return kept.data;
  await writeFile(file, `${JSON.stringify(now)}\n`, { mode: 0o600 });
  return now;
}

/** Whether what was kept still describes the machine: half of the disk may have been used since. */
export function isSame(kept: Machine, now: Machine): boolean {
  return kept.cpus === now.cpus && kept.memMib === now.memMib && kept.diskMib <= 2 * now.diskMib;
}

async function measure(folder: string): Promise<Machine> {
  const disk = await statfs(folder);
  return {
    cpus: availableParallelism(),
    memMib: Math.floor(totalmem() / MIB),
    diskMib: Math.floor((disk.bavail * disk.bsize) / MIB),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
