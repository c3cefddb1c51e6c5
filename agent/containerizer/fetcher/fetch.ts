import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../../common/runtime/errors.js';
import type { CommandUri } from '../../../proto/index.js';
import type { SandboxOwner } from '../../sandbox/directory.js';
import { unpack } from './archive.js';
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

export interface FetchOptions {
  /** Real path of the root of sandboxes; what is under way is kept in its folder `fetch`. */
  readonly workDir: string;
  /** --frameworks_home: where relative paths start. */
  readonly frameworksHome?: string;
  readonly limits?: Partial<FetchLimits>;
}

/**
 * Creates the fetcher. URIs are fetched one after the other, each to its `output_file` or its own name; archives are
 * unpacked beside it, as in the original, unless told otherwise. `cache` is heeded as a wish only: every fetch copies.
 */
export function createFetch(options: FetchOptions): Fetch {
  const root = join(options.workDir, 'fetch');
  const cleaned = rm(root, { recursive: true, force: true }).catch(() => {}); // of fetches that died with an agent
  return async (request, signal) => {
    await cleaned;
    const staging = await Staging.create(join(root, request.containerId));
    const allowance = new Allowance({ ...FETCH_LIMITS, ...options.limits });
    try {
      for (const uri of request.uris) {
        await fetchOne(uri, request.owner, options, staging, allowance, signal).catch((error: unknown) => {
          throw new Error(`Failed to fetch '${withoutSecrets(uri.value)}': ${messageOf(error)}`, { cause: error });
        });
      }
      signal.throwIfAborted();
      await staging.moveInto(request.directory, request.owner);
    } finally {
      await staging.remove();
    }
  };
}

async function fetchOne(
  { value, outputFile, executable, extract }: CommandUri,
  owner: SandboxOwner | undefined,
  { frameworksHome }: FetchOptions,
  staging: Staging,
  allowance: Allowance,
  signal: AbortSignal,
): Promise<void> {
  const name = outputFile || nameOf(value);
  staging.resolve(name); // refused before anything is asked of anybody
  const { stallTimeoutMs } = allowance;
  const home = frameworksHome === undefined ? {} : { frameworksHome };
  const source = await openSource(value, { ...home, ...(owner && { owner }), stallTimeoutMs }, signal);
  const file = await staging.createFile(name, executable ? 0o755 : 0o644);
  await pipeline(source, allowance.counter(), file.createWriteStream(), { signal });
  if (!executable && (extract ?? true)) await unpack(name, staging, allowance, signal);
}
