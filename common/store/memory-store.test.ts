import { describe, expect, it } from 'vitest';
import { seededRandom } from '../runtime/random.js';
import { VirtualClock } from '../runtime/virtual-clock.js';
import { FailingStore } from './failing-store.js';
import { MemoryStore } from './memory-store.js';
import type { Store } from './store.js';

const FLUSH_MS = 10;

function begin() {
  const clock = new VirtualClock();
  const store = new MemoryStore(clock, { flushMs: () => FLUSH_MS });
  return { clock, store };
}

/** Writes one key and notes the answer, `ok` or the code of the error. */
function write(store: Store, key: string, answers: string[]): void {
  const done = (error?: Error) => answers.push(error ? `${key}: ${String(Reflect.get(error, 'code'))}` : `${key}: ok`);
  store.write([{ op: 'put', key, value: new Uint8Array() }], done);
}

function keys(store: Store, clock: VirtualClock): string[] {
  let found: string[] = ['no answer'];
  store.read('', (outcome) => {
    if (!(outcome instanceof Error)) found = outcome.map(([key]) => key);
  });
  clock.advance(FLUSH_MS);
  return found;
}

describe('MemoryStore', () => {
  it('acknowledges when the flush is over, and lets those that waited share the next', () => {
    const { clock, store } = begin();
    const answers: string[] = [];
    write(store, 'a', answers);
    clock.advance(1);
    write(store, 'b', answers);
    write(store, 'c', answers);
    clock.advance(FLUSH_MS - 2);
    expect(answers).toEqual([]);
    clock.advance(1);
    expect(answers).toEqual(['a: ok']);
    clock.advance(FLUSH_MS);
    expect(answers).toEqual(['a: ok', 'b: ok', 'c: ok']);
  });

  it('keeps after a crash what was acknowledged, and nothing that had not begun to be flushed', () => {
    const { clock, store } = begin();
    const answers: string[] = [];
    write(store, 'flushed', answers);
    clock.advance(FLUSH_MS);
    write(store, 'under way', answers);
    clock.advance(1);
    write(store, 'waiting', answers);
    expect(keys(store.crash(), clock)).toEqual(['flushed']);
    expect(answers).toEqual(['flushed: ok']);
  });

  it('may keep any number of the first batches under way, as the seed says', () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const { clock, store } = begin();
      for (const key of ['1', '2', '3']) write(store, key, []);
      clock.advance(1);
      write(store, 'waiting', []);
      outcomes.add(keys(store.crash(seededRandom(seed)), clock).join());
    }
    expect([...outcomes].sort()).toEqual(['', '1', '1,2', '1,2,3']);
  });

  it('is silent after a crash', () => {
    const { clock, store } = begin();
    const answers: string[] = [];
    write(store, 'a', answers);
    clock.advance(1);
    store.crash();
    write(store, 'b', answers);
    clock.advance(1000);
    expect(answers).toEqual([]);
  });
});

describe('FailingStore', () => {
  it('fails the nth write and all that follow, in order and in a later turn', () => {
    const { clock, store } = begin();
    const failing = new FailingStore(store, { failAt: 2 });
    const answers: string[] = [];
    for (const key of ['1', '2', '3']) write(failing, key, answers);
    expect(answers).toEqual([]);
    clock.advance(FLUSH_MS);
    expect(answers).toEqual(['1: ok', '2: STORE_FAILED', '3: STORE_FAILED']);
    expect(keys(store, clock)).toEqual(['1']);
  });

  it('can fail a write that reached the disk all the same', () => {
    const { clock, store } = begin();
    const answers: string[] = [];
    write(new FailingStore(store, { failAt: 1, applied: true }), '1', answers);
    clock.advance(FLUSH_MS);
    expect([answers, keys(store, clock)]).toEqual([['1: STORE_FAILED'], ['1']]);
  });

  it('hangs from the nth write on', () => {
    const { clock, store } = begin();
    const failing = new FailingStore(store, { hangAt: 2 });
    const answers: string[] = [];
    for (const key of ['1', '2', '3']) write(failing, key, answers);
    clock.advance(1_000_000);
    expect(answers).toEqual(['1: ok']);
  });

  it('fails reads when told', () => {
    const { clock, store } = begin();
    expect(keys(new FailingStore(store, { failReads: true }), clock)).toEqual(['no answer']);
  });
});
