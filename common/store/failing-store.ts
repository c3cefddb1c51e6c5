import { CodedError } from '../runtime/errors.js';
import type { Store, StoreChange, StorePair } from './store.js';

/** When and how the store fails; without any of these it never does. */
export interface FailingStoreOptions {
  /** The write, counted from 1, that fails, and every later one with it. */
  readonly failAt?: number;
  /** The write, counted from 1, that is never answered, and neither is any later one. */
  readonly hangAt?: number;
  /** Whether what the first failing or hanging write held reaches the disk all the same. Default false. */
  readonly applied?: boolean;
  /** Whether reads fail. Default false. */
  readonly failReads?: boolean;
}

/** A store around another that fails on purpose, to see what its users do about it. */
export class FailingStore implements Store {
  readonly #inner: Store;
  readonly #options: FailingStoreOptions;
  #writes = 0;

  constructor(inner: Store, options: FailingStoreOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  read(prefix: string, done: (outcome: StorePair[] | Error) => void): void {
    this.#inner.read(prefix, (outcome) => done(this.#options.failReads ? failure('read') : outcome));
  }

  write(changes: readonly StoreChange[], done: (error?: Error) => void): void {
    const { failAt = Number.POSITIVE_INFINITY, hangAt = Number.POSITIVE_INFINITY, applied = false } = this.#options;
    this.#writes++;
    const healthy = this.#writes < Math.min(failAt, hangAt);
    const reaches = healthy || (applied && this.#writes === Math.min(failAt, hangAt));
    // An empty batch keeps the order of the answers.
    this.#inner.write(reaches ? changes : [], (error) => {
      if (healthy) done(error);
      else if (hangAt > failAt) done(failure('write to'));
    });
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

function failure(verb: string): CodedError {
  return new CodedError('STORE_FAILED', `Cannot ${verb} store: it was told to fail`);
}
