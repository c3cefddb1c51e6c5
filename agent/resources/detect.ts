import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseResources } from '../../common/resources/parse.js';
import type { Resources } from '../../common/resources/resources.js';

const MIB = 1024 * 1024;
const GIB_IN_MIB = 1024;

/** What a machine has. Memory and disk in MiB. */
export interface Machine {
  /** Processors that this process may use. */
  readonly cpus: number;
  readonly memMib: number;
  /** Size of the file system of the work directory. */
  readonly diskMib: number;
}

/** Looks at this machine. `workDir` must exist. */
export async function inspectMachine(workDir: string): Promise<Machine> {
  const [meminfo, { blocks, bsize }] = await Promise.all([readFile('/proc/meminfo', 'utf8'), statfs(workDir)]);
  const memKib = Number(/^MemTotal:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? 0);
  return {
    cpus: availableParallelism(),
    memMib: Math.floor(memKib / 1024),
    diskMib: Math.floor((blocks * bsize) / MIB),
  };
}

/**
 * The resources an agent has: what --resources gives, and of the usual names that it does not give what the machine
 * has. A name given with 0 is given, so `gpus:0;disk:0` offers neither. Throws BAD_INPUT like `parseResources`.
 */
export function detectResources(machine: Machine, given = '', defaultRole?: string): Resources {
  const options = defaultRole === undefined ? {} : { defaultRole };
  const told = parseResources(given, options);
  const names = namesIn(given);
  const found = Object.entries(detected(machine)).filter(([name]) => !names.has(name));
  return told.plus(parseResources(found.map(([name, amount]) => `${name}:${amount}`).join(';'), options));
}

/** As the original: a share of memory and disk is left to the machine itself. */
function detected({ cpus, memMib, diskMib }: Machine): Readonly<Record<string, string | number>> {
  return {
    cpus,
    mem: leave(memMib, GIB_IN_MIB, 2 * GIB_IN_MIB),
    disk: leave(diskMib, 5 * GIB_IN_MIB, 10 * GIB_IN_MIB),
    ports: '[31000-32000]',
  };
}

/** `total` without `reserve` from `threshold` on, below it the half. */
function leave(total: number, reserve: number, threshold: number): number {
  return total >= threshold ? total - reserve : Math.floor(total / 2);
}

function namesIn(text: string): ReadonlySet<string> {
  if (!text.trim().startsWith('[')) {
    return new Set(text.split(';').map((token) => (/^[^:(]*/.exec(token)?.[0] ?? '').trim()));
  }
  const list = JSON.parse(text) as readonly { readonly name: string }[]; // read without complaint before
  return new Set(list.map(({ name }) => name));
}
