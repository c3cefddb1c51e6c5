import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Download, FetchCache } from './cache.js';

let root: string;
let cache: FetchCache;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meseta-cache-'));
  cache = new FetchCache({ directory: root, maxBytes: 100 });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const onDisk = () => readdirSync(join(root, 'cached'));

/** Downloads that count themselves, and end when told. */
class Server {
  downloads = 0;
  #release: PromiseWithResolvers<void> | undefined;
  readonly #content: string;

  constructor(content: string) {
    this.#content = content;
  }

  hold(): void {
    this.#release = Promise.withResolvers<void>();
    this.#release.promise.catch(() => {}); // may fail before anybody asks
  }

  end(error?: Error): void {
    if (error) this.#release?.reject(error);
    else this.#release?.resolve();
  }

  readonly download: Download = async (target: Writable, signal: AbortSignal) => {
    this.downloads++;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    await Promise.race([this.#release?.promise, aborted]);
    await pipeline(Readable.from([this.#content]), target);
  };
}

async function get(server: Server, uri = 'u', user = 'me', signal = new AbortController().signal): Promise<string> {
  await using file = await cache.open(user, uri, server.download, signal);
  return await file.readFile('utf8');
}

const turn = () => new Promise((next) => setTimeout(next, 20));

describe('FetchCache', () => {
  it('downloads once for any number of tasks, one after the other', async () => {
    const server = new Server('content');
    expect([await get(server), await get(server), await get(server)]).toEqual(['content', 'content', 'content']);
    expect(server.downloads).toBe(1);
  });

  it('downloads once for any number of tasks at the same time', async () => {
    const server = new Server('content');
    expect(await Promise.all(Array.from({ length: 20 }, () => get(server)))).toEqual(Array(20).fill('content'));
    expect(server.downloads).toBe(1);
  });

  it('shows nobody what was fetched for another user', async () => {
    const [mine, yours] = [new Server('mine'), new Server('yours')];
    expect(await get(mine, 'u', 'me')).toBe('mine');
    expect(await get(yours, 'u', 'you')).toBe('yours');
  });

  it('is readable by the agent alone', async () => {
    await get(new Server('content'));
    expect(statSync(join(root, 'cached')).mode & 0o777).toBe(0o700);
    expect(statSync(join(root, 'cached', onDisk()[0] ?? '')).mode & 0o777).toBe(0o600);
  });

  it('tells all who wait that a download failed, keeps nothing of it, and the next tries again', async () => {
    const server = new Server('content');
    server.hold();
    const both = Promise.allSettled([get(server), get(server)]);
    server.end(new Error('cut short'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(onDisk()).toEqual([]);
    expect(await get(new Server('whole'))).toBe('whole');
  });

  it('goes on for the others when one of them stops waiting, and stops when nobody waits', async () => {
    const server = new Server('content');
    server.hold();
    const [stopped, nobody] = [new AbortController(), new AbortController()];
    const first = get(server, 'u', 'me', stopped.signal);
    const second = get(server);
    await turn();
    stopped.abort();
    await expect(first).rejects.toThrow();
    server.end();
    expect(await second).toBe('content');

    server.hold();
    const third = get(server, 'other', 'me', nobody.signal);
    await turn();
    nobody.abort();
    await expect(third).rejects.toThrow();
    await expect.poll(() => onDisk().length).toBe(1);
  });

  it('makes room by dropping what was used longest ago', async () => {
    const forty = () => new Server('x'.repeat(40));
    await get(forty(), 'a');
    await get(forty(), 'b');
    await get(forty(), 'a');
    await get(forty(), 'c');
    expect([cache.bytes, onDisk().length]).toEqual([80, 2]);
    const [a, b] = [forty(), forty()];
    await get(a, 'a');
    await get(b, 'b');
    expect([a.downloads, b.downloads]).toEqual([0, 1]);
  });

  it('never exceeds its size, whatever comes at once, and serves what is too large all the same', async () => {
    const sizes = Array.from({ length: 30 }, (_, index) => (index * 37) % 130);
    const got = await Promise.all(sizes.map((size, index) => get(new Server('x'.repeat(size)), `u${index}`)));
    expect(got.map(({ length }) => length)).toEqual(sizes);
    expect(cache.bytes).toBeLessThanOrEqual(100);
    const held = onDisk().map((name) => statSync(join(root, 'cached', name)).size);
    expect(held.reduce((sum, size) => sum + size, 0)).toBe(cache.bytes);
  });

  it('starts empty: what a dead agent left, whole or half, is never served', async () => {
    await get(new Server('old'));
    writeFileSync(join(root, 'cached', `${onDisk()[0]}.partial`), 'ha');
    mkdirSync(join(root, 'not-ours'));
    cache = new FetchCache({ directory: root, maxBytes: 100 });
    expect(await get(new Server('new'))).toBe('new');
    expect(onDisk()).toHaveLength(1);
    expect(existsSync(join(root, 'not-ours'))).toBe(true);
  });

  it('fetches anew what was deleted under it', async () => {
    await get(new Server('first'));
    rmSync(join(root, 'cached', onDisk()[0] ?? ''));
    expect(await get(new Server('second'))).toBe('second');
    expect(readFileSync(join(root, 'cached', onDisk()[0] ?? ''), 'utf8')).toBe('second');
  });
});
