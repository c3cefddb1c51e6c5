import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { parseResources } from '../../common/resources/parse.js';
import { Resources } from '../../common/resources/resources.js';

const MIB = 2 ** 20;
/** Memory that the original leaves to the machine, in MiB. */
const KEPT_MEM_MIB = 1024;
/** Disk that the original leaves to the machine, in MiB. */
const KEPT_DISK_MIB = 5 * 1024;

/**
 * The machine's resources: what `given` names as it says, everything else as found. As in the original a gibibyte of
 * memory and five of the disk under `workDir` are left to the machine, or half of it when there is not twice as much.
 */
export async function detectResources(
  given: Resources | undefined,
  workDir: string,
  defaultRole: string,
): Promise<Resources> {
  const named = given ?? Resources.EMPTY;
  const names = new Set(named.names());
  const found = Object.entries({
    cpus: String(availableParallelism()),
    mem: String(share(Math.floor(totalmem() / MIB), KEPT_MEM_MIB)),
    disk: String(share(await diskMib(workDir), KEPT_DISK_MIB)),
    ports: '[31000-32000]',
  }).filter(([name]) => !names.has(name));
  if (found.length === 0) return named;
  const text = found.map(([name, value]) => `${name}:${value}`).join(';');
  return named.plus(parseResources(text, { defaultRole }));
}

const share = (total: number, kept: number) => (total >= 2 * kept ? total - kept : Math.floor(total / 2));

async function diskMib(path: string): Promise<number> {
  const { blocks, bsize } = await statfs(path);
  return Math.floor((blocks * bsize) / MIB);
}
