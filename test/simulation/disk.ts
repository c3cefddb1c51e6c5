import type { Clock } from '../../common/runtime/clock.js';
import { CodedError } from '../../common/runtime/errors.js';
import type { Random } from '../../common/runtime/random.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import type { Store, StoreChange, StorePair } from '../../common/store/store.js';

/** The disk of one daemon: survives its process, may be slow, may fail. */
export class Disk {
  /** Until when, on the clock, a flush takes up to `slowMs`. */
  slowUntilMs = 0;
  slowMs = 0;
  /** Writes fail; whether what failed is on disk all the same is drawn. */
  failing = false;
  readonly #random: Random;
  #store: MemoryStore;

  constructor(clock: Clock, random: Random) {
    this.#random = random;
    const flushMs = () => random.next() * (clock.nowMs() < this.slowUntilMs ? this.slowMs : 3);
    this.#store = new MemoryStore(clock, { flushMs });
  }

  /** What a process that starts now works with. */
  open(): Store {
    return new Opening(this.#store, this, this.#random);
  }

  /** The process that had it open was killed: of what was being flushed, a part is there. */
  crash(): void {
    this.#store = this.#store.crash(this.#random);
  }

  /** All that is stored; `done` is called in a later turn. */
  read(done: (pairs: readonly StorePair[]) => void): void {
    this.#store.read('', (outcome) => done(outcome instanceof Error ? [] : outcome));
  }
}

/** A store that was opened once: after its first failure nothing more is written through it. */
class Opening implements Store {
  readonly #store: MemoryStore;
  readonly #disk: Disk;
  readonly #random: Random;
  #failed = false;

  constructor(store: MemoryStore, disk: Disk, random: Random) {
    this.#store = store;
    this.#disk = disk;
    this.#random = random;
  }

  read(prefix: string, done: (outcome: StorePair[] | Error) => void): void {
    this.#store.read(prefix, done);
  }

  write(changes: readonly StoreChange[], done: (error?: Error) => void): void {
    const first = this.#disk.failing && !this.#failed;
    this.#failed ||= this.#disk.failing;
    if (!this.#failed) {
      this.#store.write(changes, done);
      return;
    }
    const applied = first && this.#random.next() < 0.5;
    this.#store.write(applied ? changes : [], () =>
      done(new CodedError('STORE_FAILED', 'Cannot write: the disk fails')),
    );
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
