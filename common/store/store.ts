/** One change of a batch. */
export type StoreChange =
  | { readonly op: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly op: 'delete'; readonly key: string };

/** A key and what is stored under it. */
export type StorePair = readonly [key: string, value: Uint8Array];

/**
 * Durable bytes under text keys. The only persistence of the project: the master's registry, the agent's checkpoints
 * and the frameworks' memory all sit on it. A batch is atomic; batches are applied in the order of `write`; several
 * waiting batches may share one flush.
 *
 * Three kinds exist: `openSqliteStore` (a file), `MemoryStore` (the in-memory twin, whose contents survive a simulated
 * crash as far as they were flushed) and `FailingStore` (fails on purpose).
 */
export interface Store {
  /** All pairs whose key starts with `prefix`, in key order; `done` is called in a later turn. For start-up only. */
  read(prefix: string, done: (outcome: StorePair[] | Error) => void): void;
  /**
   * Queues a batch. `done` is called once, in order of the batches, in a later turn: without an error when the
   * batch is on disk, with one when it is not and never will be. After the first error every later batch fails too:
   * a store that could not flush is not trusted again until reopened.
   */
  write(changes: readonly StoreChange[], done: (error?: Error) => void): void;
  /** Waits for queued batches, then closes. Safe to call twice. */
  close(): Promise<void>;
}
