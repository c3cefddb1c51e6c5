import { stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { CodedError } from '../../../common/runtime/errors.js';
import type { Allowance } from './limits.js';
import type { Staging } from './staging.js';

const FILE_TYPE = 0o170000;
const LINK = 0o120000;
const LONGEST_LINK = 4096;

/** Unpacks a zip. Names that lead outside fail it; links are made last, so that nothing is written through one. */
export async function unzip(path: string, staging: Staging, allowance: Allowance, signal: AbortSignal): Promise<void> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  const links: [name: string, target: string][] = [];
  const packedBytes = (await stat(path)).size;
  try {
    await forEachEntry(zip, async (entry) => {
      signal.throwIfAborted();
      allowance.entry();
      const mode = entry.externalFileAttributes >>> 16;
      if (entry.fileName.endsWith('/')) await staging.createFolder(entry.fileName);
      else if ((mode & FILE_TYPE) === LINK) links.push([entry.fileName, await linkTarget(zip, entry)]);
      else await writeFile(zip, entry, mode, staging, allowance.unpackCounter(packedBytes), signal);
    });
    for (const [name, target] of links) await staging.createLink(name, target);
  } finally {
    zip.close();
  }
}

function forEachEntry(zip: ZipFile, visit: (entry: Entry) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => visit(entry).then(() => zip.readEntry(), reject));
    zip.once('end', resolve);
    zip.once('error', reject);
    zip.readEntry();
  });
}

async function writeFile(
  zip: ZipFile,
  entry: Entry,
  mode: number,
  staging: Staging,
  counter: NodeJS.ReadWriteStream,
  signal: AbortSignal,
): Promise<void> {
  const source = await zip.openReadStreamPromise(entry);
  const file = await staging.createFile(entry.fileName, mode & 0o777 || 0o644);
  await pipeline(source, counter, file.createWriteStream(), { signal });
}

async function linkTarget(zip: ZipFile, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > LONGEST_LINK) throw new CodedError('CORRUPT', `link '${entry.fileName}' is too long`);
  return text(await zip.openReadStreamPromise(entry));
}
