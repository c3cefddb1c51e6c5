import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A sandbox on disk. */
interface SandboxOnDisk {
  readonly path: string;
  /** When it was last written to, as far as its files at the top tell; milliseconds since the epoch. */
  readonly writtenAtMs: number;
}

/** Where sandboxes lie beneath a work directory; `*`: every folder. */
const PLACE = ['slaves', '*', 'frameworks', '*', 'executors', '*', 'runs', '*'] as const;

/** Finds the sandboxes of all executors under `workDir`: of this agent and of those before it. */
export async function sandboxesOnDisk(workDir: string): Promise<SandboxOnDisk[]> {
  let folders = [workDir];
  for (const name of PLACE) {
    const next = folders.map(async (folder) => (name === '*' ? await foldersIn(folder) : [join(folder, name)]));
    folders = (await Promise.all(next)).flat();
  }
  return await Promise.all(folders.map(async (path) => ({ path, writtenAtMs: await lastWrittenMs(path) })));
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []); // none of that name
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

async function lastWrittenMs(path: string): Promise<number> {
  const files = [path, join(path, 'stdout'), join(path, 'stderr')];
  const times = await Promise.all(
    files.map((file) =>
      lstat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(...times);
}
