/**
 * What the store and its worker thread say to each other. Types only: the worker file must load nothing of ours, so
 * that it runs alike compiled and from source, where Node strips its types but does not map `.js` to `.ts`.
 */

/** Changes or pairs in three columns: structured cloning is quick on them and the bytes move without a copy. */
export interface PackedRecords {
  readonly keys: readonly string[];
  /** Length of each value; -1 stands for a deletion. */
  readonly sizes: Int32Array<ArrayBuffer>;
  /** The values, one after the other. */
  readonly values: Uint8Array<ArrayBuffer>;
}

/** What the worker is told to do. `read`: every pair whose key begins with `prefix`; `close`: close the file, end. */
export type StoreRequest =
  | { readonly kind: 'commit'; readonly changes: PackedRecords }
  | { readonly kind: 'read'; readonly prefix: string }
  | { readonly kind: 'close' };

/** Why the worker could not do as told. */
export interface StoreProblem {
  readonly kind: 'failed';
  /** `locked`: another process or store has the file open. */
  readonly code: 'CORRUPT' | 'STORE_FAILED' | 'REFUSED' | 'locked';
  /** What is wrong and what to do about it; the store adds what it was about to do. */
  readonly reason: string;
}

/** One answer per request, but a read gives any number of `pairs` before its `done`; the first `done` tells of opening. */
export type StoreAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'pairs'; readonly pairs: PackedRecords }
  | StoreProblem;

/** What the worker is started with. */
export interface StoreWorkerData {
  readonly path: string;
}
