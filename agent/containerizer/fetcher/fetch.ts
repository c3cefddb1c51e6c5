import { chmod, constants, copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../../common/runtime/errors.js';
import type { CommandUri } from '../../../proto/index.js';
import type { SandboxOwner } from '../../sandbox/directory.js';
import { unpack } from './archive.js';
import { FetchCache, type FetchCacheOptions } from './cache.js';
import { Allowance, FETCH_LIMITS, type FetchLimits } from './limits.js';
import { nameOf, openSource, withoutSecrets } from './source.js';
import { Staging } from './staging.js';

/** What to bring into a sandbox. */
export interface FetchRequest {
  readonly containerId: string;
  readonly uris: readonly CommandUri[];
  /** The sandbox: real, absolute, existing. */
  readonly directory: string;
  /** Who shall own what is fetched; absent: the agent. */
  readonly owner?: SandboxOwner;
}

/** Fetches all or, when it throws, nothing. Aborting makes it throw soon. */
export type Fetch = (request: FetchRequest, signal: AbortSignal) => Promise<void>;

/** Where files are fetched to and what bounds them; those in `limits` that are absent are of `FETCH_LIMITS`. */
export interface FetchOptions {
  /** Real path of the root of sandboxes; what is under way is kept in its folder `fetch`. */
  readonly workDir: string;
  /** --frameworks_home: where relative paths start. */
  readonly frameworksHome?: string;
  readonly limits?: Partial<FetchLimits>;
  /** Absent: URIs that ask for the cache are fetched like others. */
  readonly cache?: FetchCacheOptions;
}

/** One URI on its way into the staging folder. */
interface Errand {
  readonly uri: CommandUri;
  readonly owner: SandboxOwner | undefined;
  readonly options: FetchOptions;
  readonly cache: FetchCache | undefined;
  readonly staging: Staging;
  readonly allowance: Allowance;
  readonly signal: AbortSignal;
}

/**
 * Creates the fetcher. URIs are fetched one after the other, each to its `output_file` or its own name; archives are
 * unpacked beside it unless told otherwise. Of an archive from the cache only the content comes, as in the original.
 */
export function createFetch(options: FetchOptions): Fetch {
  const root = join(options.workDir, 'fetch');
  const cleaned = rm(root, { recursive: true, force: true }).catch(() => {}); // of fetches that died with an agent
  let cache: FetchCache | undefined;
  return async ({ containerId, uris, owner, directory }, signal) => {
    await cleaned;
    cache ??= options.cache && new FetchCache(options.cache);
    const staging = await Staging.create(join(root, containerId));
    const allowance = new Allowance({ ...FETCH_LIMITS, ...options.limits });
    try {
      for (const uri of uris) {
        await fetchOne({ uri, owner, options, cache, staging, allowance, signal }).catch((error: unknown) => {
          throw new Error(`Failed to fetch '${withoutSecrets(uri.value)}': ${messageOf(error)}`, { cause: error });
        });
      }
      signal.throwIfAborted();
      await staging.moveInto(directory, owner);
    } finally {
      await staging.remove();
    }
  };
}

async function fetchOne(errand: Errand): Promise<void> {
  const { uri, cache, staging, allowance, signal } = errand;
  const name = uri.outputFile || nameOf(uri.value);
  staging.resolve(name); // refused before anything is asked of anybody
  const mode = uri.executable ? 0o755 : 0o644;
  const file = await staging.createFile(name, mode);
  const cached = uri.cache && cache;
  if (cached) {
    await file.close();
    await copyCached(errand, cached, staging.resolve(name));
    await chmod(staging.resolve(name), mode); // copying gave it that of the file in the cache
  } else {
    await download(errand, file.createWriteStream(), signal);
  }
  if (uri.executable || uri.extract === false) return;
  const unpacked = await unpack(name, staging, allowance, signal);
  if (unpacked && cached) await staging.removeFile(name);
}

async function download(
  { uri, owner, options: { frameworksHome }, allowance }: Errand,
  target: Writable,
  signal: AbortSignal,
): Promise<void> {
  const { stallTimeoutMs } = allowance;
  const home = frameworksHome === undefined ? {} : { frameworksHome };
  const source = await openSource(uri.value, { ...home, ...(owner && { owner }), stallTimeoutMs }, signal);
  await pipeline(source, allowance.counter(), target, { signal });
}

async function copyCached(errand: Errand, cache: FetchCache, target: string): Promise<void> {
  const { uri, owner, options, allowance, signal } = errand;
  const user = owner === undefined ? 'agent' : String(owner.uid);
  // The download may serve others too, so it is bounded by an allowance of its own.
  const shared = { ...errand, allowance: new Allowance({ ...FETCH_LIMITS, ...options.limits }) };
  await using file = await cache.open(user, uri.value, (to, stop) => download(shared, to, stop), signal);
  allowance.bytes((await file.stat()).size);
  await copyFile(`/proc/self/fd/${file.fd}`, target, constants.COPYFILE_FICLONE);
}
