import type { Clock, Timer } from '../runtime/clock.js';
import type { Random } from '../runtime/random.js';
import { GroupCommit, type GroupCommitLimits, type StoreBackend } from './group-commit.js';
import type { Store, StoreChange, StorePair } from './store.js';

/** How slow the twin is, and the bounds it shares with the real store. */
export interface MemoryStoreOptions extends GroupCommitLimits {
  /** How long a flush or a read takes, in ms of the clock; asked anew for each. Default 0. */
  readonly flushMs?: () => number;
}

/** The in-memory twin of the store: same order, same sharing of flushes, and a crash on demand. */
export class MemoryStore implements Store {
  readonly #clock: Clock;
  readonly #options: MemoryStoreOptions;
  readonly #backend: MemoryBackend;
  readonly #store: GroupCommit;

  constructor(clock: Clock, options: MemoryStoreOptions = {}, content: Iterable<StorePair> = []) {
    this.#clock = clock;
    this.#options = options;
    this.#backend = new MemoryBackend(clock, options.flushMs ?? (() => 0), new Map(content));
    this.#store = new GroupCommit('in memory', this.#backend, options);
  }

  read(prefix: string, done: (outcome: StorePair[] | Error) => void): void {
    this.#store.read(prefix, done);
  }

  write(changes: readonly StoreChange[], done: (error?: Error) => void): void {
    this.#store.write(changes, done);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /**
   * What is found after the process died at this instant: all that was flushed and, of the batches whose flush was
   * under way, as many of the first as `random` says (none without it). This store never answers again.
   */
  crash(random?: Random): MemoryStore {
    return new MemoryStore(this.#clock, this.#options, this.#backend.crash(random));
  }
}

class MemoryBackend implements StoreBackend {
  readonly #clock: Clock;
  readonly #flushMs: () => number;
  readonly #content: Map<string, Uint8Array>;
  readonly #timers = new Set<Timer>();
  #flushing: readonly (readonly StoreChange[])[] = [];
  #crashed = false;

  constructor(clock: Clock, flushMs: () => number, content: Map<string, Uint8Array>) {
    this.#clock = clock;
    this.#flushMs = flushMs;
    this.#content = content;
  }

  commit(batches: readonly (readonly StoreChange[])[], done: () => void): void {
    this.#flushing = batches;
    this.#after(this.#flushMs(), () => {
      this.#flushing = [];
      apply(batches, this.#content);
      done();
    });
  }

  read(prefix: string, done: (outcome: StorePair[]) => void): void {
    this.#after(this.#flushMs(), () => {
      const pairs = [...this.#content].filter(([key]) => key.startsWith(prefix));
      done(pairs.map(([key, value]): StorePair => [key, value.slice()]).sort(byKey));
    });
  }

  defer(run: () => void): void {
    this.#after(0, run);
  }

  async close(): Promise<void> {}

  crash(random: Random | undefined): Map<string, Uint8Array> {
    this.#crashed = true;
    for (const timer of this.#timers) timer.cancel();
    const survived = random ? Math.floor(random.next() * (this.#flushing.length + 1)) : 0;
    const content = new Map(this.#content);
    apply(this.#flushing.slice(0, survived), content);
    return content;
  }

  #after(delayMs: number, fire: () => void): void {
    if (this.#crashed) return;
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer);
      fire();
    });
    this.#timers.add(timer);
  }
}

function apply(batches: readonly (readonly StoreChange[])[], content: Map<string, Uint8Array>): void {
  for (const change of batches.flat()) {
    if (change.op === 'put') content.set(change.key, change.value);
    else content.delete(change.key);
  }
}

/** As SQLite orders text: by its UTF-8 bytes. */
function byKey([a]: StorePair, [b]: StorePair): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
