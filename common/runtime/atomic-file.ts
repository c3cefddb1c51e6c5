import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Tells apart the temporary files of writes to one path that overlap. */
let writes = 0;

/**
 * Replaces the file at `path` so that after a crash at any instant it holds either all of the old or all of the new
 * content. Resolves once the new content is on disk. `mode`: permissions of the new file, 0600 unless told.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.${process.pid}.${writes++}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Makes entries created in, renamed into or removed from a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
