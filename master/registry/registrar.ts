import type { Logger } from '../../common/runtime/logger.js';
import type { Store } from '../../common/store/store.js';
import type { RegistryOperation } from './operation.js';

interface Waiting {
  readonly operation: RegistryOperation;
  readonly done: () => void;
}

/**
 * Applies registry operations in order, those that wait for a running write as one batch. `done` is called only when
 * the operation is on disk. A write that fails ends the master: `failed` is called once and nothing is applied after.
 */
export class Registrar {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #failed: (error: Error) => void;
  #waiting: Waiting[] = [];
  #writing = false;
  #closed = false;

  constructor(store: Store, log: Logger, failed: (error: Error) => void) {
    this.#store = store;
    this.#log = log;
    this.#failed = failed;
  }

  apply(operation: RegistryOperation, done: () => void = () => {}): void {
    if (this.#closed) return;
    this.#waiting.push({ operation, done });
    if (!this.#writing) this.#write();
  }

  /** Forgets what waits; a write under way is not followed up. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  #write(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#writing = true;
    this.#store.write(
      batch.flatMap(({ operation }) => operation.changes),
      (error) => this.#written(batch, error),
    );
  }

  #written(batch: readonly Waiting[], error: Error | undefined): void {
    this.#writing = false;
    if (this.#closed) return;
    if (error !== undefined) {
      this.close();
      this.#log.error('Registry write failed', { operations: batch.map(({ operation }) => operation.name), error });
      this.#failed(error);
      return;
    }
    for (const { done } of batch) {
      if (this.#closed) return;
      done();
    }
    if (this.#waiting.length > 0 && !this.#writing) this.#write();
  }
}
