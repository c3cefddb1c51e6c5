import { CodedError } from '../runtime/errors.js';
import type { Store, StoreChange, StorePair } from './store.js';

type Batch = readonly StoreChange[];

/** What a kind of store must do itself; `GroupCommit` calls one method at a time and waits for its `done`. */
export interface StoreBackend {
  /** Applies all batches durably or none. `done` is called in a later turn. */
  commit(batches: readonly Batch[], done: (error?: Error) => void): void;
  /** All pairs under `prefix`, in order of the keys' UTF-8 bytes. `done` is called in a later turn. */
  read(prefix: string, done: (outcome: StorePair[] | Error) => void): void;
  /** Calls `run` in a later turn. */
  defer(run: () => void): void;
  /** Called once, when nothing is waiting any more. */
  close(): Promise<void>;
}

/** Bounds on what waits for the disk. Keys count too. */
export interface GroupCommitLimits {
  /** Bytes that may wait to be written, default 64 MiB; beyond, the disk is taken to hang and the store fails. */
  readonly maxQueuedBytes?: number;
  /** Bytes of one flush, default 4 MiB: bounds memory and the time that one flush takes. */
  readonly maxGroupBytes?: number;
}

type Entry =
  | { readonly kind: 'write'; readonly changes: Batch; readonly bytes: number; readonly done: (error?: Error) => void }
  | { readonly kind: 'refused'; readonly error: Error; readonly done: (error: Error) => void }
  | { readonly kind: 'read'; readonly prefix: string; readonly done: (outcome: StorePair[] | Error) => void };

/** Longest key, in UTF-8 bytes. */
const MAX_KEY_BYTES = 4096;

/** What a change costs beside its key and value. */
const CHANGE_OVERHEAD_BYTES = 32;

/**
 * A store that lets all batches which arrived while the last flush ran share the next one, and keeps the order that
 * `Store` promises: a read sees every earlier write, and the first failure fails all that follows.
 */
export class GroupCommit implements Store {
  readonly #name: string;
  readonly #backend: StoreBackend;
  readonly #maxQueuedBytes: number;
  readonly #maxGroupBytes: number;
  #queue: Entry[] = [];
  #queuedBytes = 0;
  #busy = false;
  #failure: Error | undefined;
  #closed: Promise<void> | undefined;
  #drained: (() => void) | undefined;

  /** `name` stands for the store in errors: the path of its file. */
  constructor(name: string, backend: StoreBackend, limits: GroupCommitLimits = {}) {
    this.#name = name;
    this.#backend = backend;
    this.#maxQueuedBytes = limits.maxQueuedBytes ?? 64 * 1024 ** 2;
    this.#maxGroupBytes = limits.maxGroupBytes ?? 4 * 1024 ** 2;
  }

  read(prefix: string, done: (outcome: StorePair[] | Error) => void): void {
    const stopped = this.#stopped('read');
    if (stopped) this.#push({ kind: 'refused', error: stopped, done });
    else this.#push({ kind: 'read', prefix, done });
  }

  /** Throws BAD_INPUT for a key that is empty, over 4096 bytes or not well-formed Unicode: such a key cannot be kept. */
  write(changes: readonly StoreChange[], done: (error?: Error) => void): void {
    const copied = changes.map(checkedCopy);
    const bytes = copied.reduce((sum, change) => sum + sizeOf(change), 0);
    const error = this.#stopped('write to') ?? this.#failure ?? this.#overflow(bytes);
    if (error) {
      this.#push({ kind: 'refused', error, done });
      return;
    }
    this.#queuedBytes += bytes;
    this.#push({ kind: 'write', changes: copied, bytes, done });
  }

  close(): Promise<void> {
    this.#closed ??= new Promise<void>((resolve) => {
      this.#drained = resolve;
      if (!this.#busy) this.#pump();
    }).then(() => this.#backend.close());
    return this.#closed;
  }

  #stopped(verb: string): Error | undefined {
    return this.#closed && new CodedError('STOPPED', `Cannot ${verb} store ${this.#name}: it is closed`);
  }

  #overflow(bytes: number): Error | undefined {
    if (this.#queuedBytes === 0 || this.#queuedBytes + bytes <= this.#maxQueuedBytes) return undefined;
    // A gap in the order of batches would be worse than stopping, so this failure is final like any other.
    this.#failure = new CodedError(
      'LIMIT',
      `Cannot write to store ${this.#name}: ${this.#queuedBytes} bytes wait for the disk, at most ${this.#maxQueuedBytes} may; check whether the disk hangs, then restart`,
    );
    return this.#failure;
  }

  #push(entry: Entry): void {
    this.#queue.push(entry);
    if (this.#busy) return;
    this.#busy = true; // what else this turn writes joins the group
    this.#backend.defer(() => this.#pump());
  }

  #pump(): void {
    this.#busy = true;
    for (let left = this.#queue.length; left > 0; left--) {
      const next = this.#queue[0] as Entry;
      if (next.kind === 'write' && this.#failure === undefined) {
        this.#commit();
        return;
      }
      this.#queue.shift();
      if (next.kind === 'read') {
        this.#read(next);
        return;
      }
      if (next.kind === 'write') this.#queuedBytes -= next.bytes;
      next.done(next.kind === 'refused' ? next.error : (this.#failure as Error));
    }
    this.#busy = this.#queue.length > 0; // asked for by the answers just given
    if (this.#busy) this.#backend.defer(() => this.#pump());
    else this.#drained?.();
  }

  #commit(): void {
    const group = this.#takeGroup();
    this.#backend.commit(
      group.map((entry) => entry.changes),
      (error) => {
        if (error) this.#failure ??= error;
        for (const { bytes, done } of group) {
          this.#queuedBytes -= bytes;
          done(error);
        }
        this.#pump();
      },
    );
  }

  #takeGroup(): Extract<Entry, { kind: 'write' }>[] {
    const group: Extract<Entry, { kind: 'write' }>[] = [];
    let bytes = 0;
    for (const entry of this.#queue) {
      if (entry.kind !== 'write') break;
      bytes += entry.bytes;
      if (group.length > 0 && bytes > this.#maxGroupBytes) break;
      group.push(entry);
    }
    this.#queue = this.#queue.slice(group.length);
    return group;
  }

  #read({ prefix, done }: Extract<Entry, { kind: 'read' }>): void {
    this.#backend.read(prefix, (outcome) => {
      done(outcome);
      this.#pump();
    });
  }
}

/** The caller may reuse its buffer once `write` has returned. */
function checkedCopy(change: StoreChange): StoreChange {
  const { key } = change;
  if (key === '' || !key.isWellFormed() || Buffer.byteLength(key) > MAX_KEY_BYTES) {
    const wanted = `1 to ${MAX_KEY_BYTES} bytes of well-formed Unicode`;
    throw new CodedError('BAD_INPUT', `Cannot store under key ${JSON.stringify(key.slice(0, 100))}: want ${wanted}`);
  }
  return change.op === 'put' ? { op: 'put', key, value: Uint8Array.from(change.value) } : change;
}

function sizeOf(change: StoreChange): number {
  return CHANGE_OVERHEAD_BYTES + change.key.length + (change.op === 'put' ? change.value.length : 0);
}
