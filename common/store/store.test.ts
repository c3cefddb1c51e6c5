import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../runtime/clock.js';
import { silentLogger } from '../runtime/logger.js';
import { FailingStore } from './failing-store.js';
import type { GroupCommitLimits } from './group-commit.js';
import { MemoryStore } from './memory-store.js';
import { openSqliteStore } from './sqlite-store.js';
import type { Store, StoreChange, StorePair } from './store.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
/** Keeps the process waiting, as the shipped clock would not. */
const clock: Clock = {
  ...systemClock,
  after: (ms, fire) => ({ cancel: clearTimeout.bind(null, setTimeout(fire, ms)) }),
};

const kinds: [string, (limits?: GroupCommitLimits) => Promise<Store>][] = [
  ['a file', (limits) => openSqliteStore(join(folder, `${files++}.db`), { log: silentLogger, ...limits })],
  ['memory', async (limits) => new MemoryStore(clock, limits)],
  ['a failing store that does not fail', async (limits) => new FailingStore(new MemoryStore(clock, limits), {})],
];

const put = (key: string, value = ''): StoreChange => ({ op: 'put', key, value: Buffer.from(value) });
const remove = (key: string): StoreChange => ({ op: 'delete', key });
const write = (store: Store, ...changes: StoreChange[]) =>
  new Promise<Error | undefined>((resolve) => store.write(changes, resolve));
const read = (store: Store, prefix = '') => new Promise<StorePair[] | Error>((resolve) => store.read(prefix, resolve));
const texts = (outcome: StorePair[] | Error) =>
  outcome instanceof Error ? outcome : outcome.map(([key, value]) => `${key}=${Buffer.from(value).toString()}`);

describe.each(kinds)('a store in %s', (_, open) => {
  it('gives back what was put, the last value of each key, without what was deleted', async () => {
    await using store = disposable(await open());
    expect(await write(store, put('a', '1'), put('b', '1'), put('empty'))).toBeUndefined();
    expect(await write(store, put('a', '2'), remove('b'), remove('never there'))).toBeUndefined();
    expect(texts(await read(store))).toEqual(['a=2', 'empty=']);
  });

  it('reads only what the prefix names, ordered by the bytes of the keys', async () => {
    await using store = disposable(await open());
    await write(store, ...['t/😀', 't/', 't/z', 't', 't/a\0b', 't/\uffff', 'u/1', 't/%', 't/_'].map((key) => put(key)));
    expect(texts(await read(store, 't/'))).toEqual(['t/=', 't/%=', 't/_=', 't/a\0b=', 't/z=', 't/\uffff=', 't/😀=']);
    expect(texts(await read(store, 'v'))).toEqual([]);
  });

  it('lets a read see every write asked for before it', async () => {
    await using store = disposable(await open());
    void write(store, put('early', '1'));
    const outcome = read(store);
    void write(store, put('late', '1'));
    expect(texts(await outcome)).toEqual(['early=1']);
  });

  it('answers in a later turn and in the order of the writes', async () => {
    await using store = disposable(await open());
    const order: number[] = [];
    const answers = [1, 2, 3].map(
      (number) =>
        new Promise<void>((resolve) => {
          store.write([put(String(number))], () => {
            order.push(number);
            resolve();
          });
        }),
    );
    expect(order).toEqual([]);
    await Promise.all(answers);
    expect(order).toEqual([1, 2, 3]);
  });

  it('takes an empty batch', async () => {
    await using store = disposable(await open());
    expect(await write(store)).toBeUndefined();
  });

  it('keeps its own copy of a value', async () => {
    await using store = disposable(await open());
    const value = new Uint8Array([1, 2, 3]);
    const written = new Promise((resolve) => store.write([{ op: 'put', key: 'k', value }], resolve));
    value.fill(9);
    await written;
    expect(await read(store)).toEqual([['k', new Uint8Array([1, 2, 3])]]);
  });

  it('keeps values of many sizes byte for byte', async () => {
    await using store = disposable(await open());
    const sizes = [0, 1, 255, 4095, 4096, 4097, 1_100_000, 3_000_000];
    const value = (size: number) => Uint8Array.from({ length: size }, (_, at) => (at * 7 + size) & 0xff);
    await Promise.all(sizes.map((size) => write(store, { op: 'put', key: `size/${size}`, value: value(size) })));
    const outcome = await read(store, 'size/');
    if (outcome instanceof Error) throw outcome;
    for (const size of sizes) {
      const found = outcome.find(([key]) => key === `size/${size}`);
      expect(Buffer.compare(found?.[1] ?? Buffer.from('missing'), value(size))).toBe(0);
    }
  });

  it.each(['', '\ud800', 'k'.repeat(4097)])('refuses the key %j at once', async (key) => {
    await using store = disposable(await open());
    expect(() => store.write([put(key)], () => {})).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('fails with LIMIT when too much waits, and does not skip that batch to take a later one', async () => {
    await using store = disposable(await open({ maxQueuedBytes: 10_000 }));
    const [first, second, third] = [
      write(store, put('1', 'x'.repeat(9_000))),
      write(store, put('2', 'x'.repeat(9_000))),
      write(store, put('3')),
    ];
    expect(await first).toMatchObject({ code: 'LIMIT' }); // had not left for the disk yet
    expect(await second).toMatchObject({ code: 'LIMIT', message: expect.stringContaining('restart') });
    expect(await third).toMatchObject({ code: 'LIMIT' });
    expect(texts(await read(store))).toEqual([]);
  });

  it('finishes what was asked before closing, refuses what is asked after, and closes twice', async () => {
    const store = await open();
    const before = Promise.all(Array.from({ length: 50 }, (_, at) => write(store, put(`k${at}`))));
    const closing = store.close();
    const after = write(store, put('late'));
    expect(await before).toEqual(Array(50).fill(undefined));
    await closing;
    expect(await after).toMatchObject({ code: 'STOPPED' });
    expect(await read(store)).toMatchObject({ code: 'STOPPED' });
    await store.close();
  });
});

function disposable(store: Store): Store & AsyncDisposable {
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}
