import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { makeDirectory } from '../../../common/runtime/make-directory.js';
import { unlessAborted } from '../../../common/runtime/unless-aborted.js';

/** Where the cache lies, and how large it may become. */
export interface FetchCacheOptions {
  /** --fetcher_cache_dir; of it, the folder `cached` is the cache's own, emptied at every start. */
  readonly directory: string;
  /** --fetcher_cache_size: bytes of the files that are kept. */
  readonly maxBytes: number;
}

/** Writes the whole content of a URI; when it throws or is aborted, nothing of it is kept. */
export type Download = (target: Writable, signal: AbortSignal) => Promise<void>;

/** A download under way and those who wait for it; nobody left stops it. */
interface Flight {
  readonly result: Promise<FileHandle>;
  readonly abort: AbortController;
  waiting: number;
}

/**
 * Files fetched once for many tasks, by user and URI, as in the original. Who asks for what is being downloaded waits
 * for that download. A file is in the cache only once it is complete, and the cache starts empty, so a death in the
 * middle leaves nothing behind; what was used longest ago makes room, and a file larger than the cache is not kept.
 */
export class FetchCache {
  readonly #root: string;
  readonly #maxBytes: number;
  /** Bytes by name of file, the one used longest ago first. */
  readonly #kept = new Map<string, number>();
  readonly #flights = new Map<string, Flight>();
  readonly #emptied: Promise<unknown>;
  #bytes = 0;

  constructor({ directory, maxBytes }: FetchCacheOptions) {
    this.#root = join(directory, 'cached');
    this.#maxBytes = maxBytes;
    this.#emptied = empty(this.#root);
    this.#emptied.catch(() => {}); // heard by whoever asks for a file
  }

  /** Bytes on disk of what is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The content of `uri` as `user` may see it, open for reading; later changes of the cache do not touch it. */
  async open(user: string, uri: string, download: Download, signal: AbortSignal): Promise<FileHandle> {
    await this.#emptied;
    const name = createHash('sha256').update(`${user}\0${uri}`).digest('hex');
    return (await this.#find(name)) ?? (await this.#join(name, download, signal));
  }

  async #find(name: string): Promise<FileHandle | undefined> {
    const size = this.#kept.get(name);
    if (size === undefined) return undefined;
    this.#kept.delete(name);
    this.#kept.set(name, size); // now the one used last
    return await open(join(this.#root, name)).catch(() => {
      this.#forget(name); // deleted under us
      return undefined;
    });
  }

  async #join(name: string, download: Download, signal: AbortSignal): Promise<FileHandle> {
    signal.throwIfAborted();
    const flight = this.#flights.get(name) ?? this.#start(name, download);
    flight.waiting++;
    try {
      const file = await unlessAborted(flight.result, signal);
      return await open(`/proc/self/fd/${file.fd}`); // a position of its own, also when the name is gone again
    } finally {
      flight.waiting--;
      if (flight.waiting === 0) this.#leave(name, flight);
    }
  }

  #start(name: string, download: Download): Flight {
    const abort = new AbortController();
    const result = this.#download(name, download, abort.signal);
    const flight: Flight = { result, abort, waiting: 0 };
    this.#flights.set(name, flight);
    return flight;
  }

  #leave(name: string, flight: Flight): void {
    if (this.#flights.get(name) === flight) this.#flights.delete(name);
    flight.abort.abort();
    flight.result.then(
      (file) => file.close(),
      () => {}, // told to those who waited
    );
  }

  async #download(name: string, download: Download, signal: AbortSignal): Promise<FileHandle> {
    const path = join(this.#root, `${name}.${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    try {
      await download(file.createWriteStream({ autoClose: false }), signal);
      await this.#keep(name, path, (await file.stat()).size);
      return file;
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
  }

  async #keep(name: string, path: string, size: number): Promise<void> {
    if (size > this.#maxBytes) {
      await rm(path);
      return;
    }
    await rename(path, join(this.#root, name));
    this.#forget(name);
    this.#kept.set(name, size);
    this.#bytes += size;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#forget(oldest);
      await rm(join(this.#root, oldest), { force: true });
    }
  }

  #forget(name: string): void {
    this.#bytes -= this.#kept.get(name) ?? 0;
    this.#kept.delete(name);
  }
}

async function empty(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await makeDirectory(folder, 0o700);
}
