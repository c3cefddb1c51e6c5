import { CodedError } from '../../common/runtime/errors.js';
import type { Store, StoreChange, StorePair } from '../../common/store/store.js';
import { meseta } from '../../proto/index.js';
import type { LaunchedTask } from './launched-task.js';
import { decodeTask, encodeTask } from './task-record.js';

/** Newest layout of the records that this release reads and writes. */
const FORMAT = 1;

/** What a framework remembered when it last ran. */
export interface FrameworkMemory {
  /** Absent before the first run, and after a teardown. */
  readonly frameworkId: string | undefined;
  /** Whether a master has ever confirmed the id. */
  readonly confirmed: boolean;
  /** By task id, running ones and the most recently ended. */
  readonly tasks: ReadonlyMap<string, LaunchedTask>;
}

/** One change of the framework's memory; a batch is atomic. */
export type FrameworkChange =
  | { readonly kind: 'named'; readonly frameworkId: string } // chosen, before any master hears of it
  | { readonly kind: 'subscribed'; readonly frameworkId: string }
  | { readonly kind: 'task'; readonly task: LaunchedTask }
  | { readonly kind: 'forget-task'; readonly taskId: string }
  | { readonly kind: 'forget-framework' } // after a teardown
  | { readonly kind: 'own'; readonly change: StoreChange }; // an author's record, in the same batch

/**
 * A framework's memory over any store (`common/store`: a file, memory, or one that fails on purpose). The records are
 * protobuf messages, like all else that the project writes to disk: they embed the wire's TaskInfo and TaskStatus as
 * they are, uuids stay bytes, and a later release can add fields that this one skips.
 */
export class FrameworkStore {
  readonly #store: Store;
  readonly #prefix: string;

  /** `prefix` keeps the SDK's keys apart from the author's in a store they share. */
  constructor(store: Store, prefix = 'sdk/') {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** Reads everything; `done` is called in a later turn. For start-up only. */
  load(done: (outcome: FrameworkMemory | Error) => void): void {
    this.#store.read(this.#prefix, (pairs) => done(pairs instanceof Error ? pairs : this.#decode(pairs)));
  }

  /** Writes a batch; `done` is called once, in a later turn, with an error when the batch is not durable. */
  write(changes: readonly FrameworkChange[], done: (error?: Error) => void): void {
    this.#store.write(
      changes.map((change) => this.#toStoreChange(change)),
      done,
    );
  }

  #toStoreChange(change: FrameworkChange): StoreChange {
    switch (change.kind) {
      case 'named':
      case 'subscribed': {
        const named = { format: FORMAT, frameworkId: { value: change.frameworkId } };
        const record = change.kind === 'named' ? { ...named, unconfirmed: true } : named;
        return { op: 'put', key: this.#schedulerKey, value: meseta.v1.SchedulerRecord.encode(record).finish() };
      }
      case 'task':
        return { op: 'put', key: this.#taskKey(change.task.taskId), value: encodeTask(change.task) };
      case 'forget-task':
        return { op: 'delete', key: this.#taskKey(change.taskId) };
      case 'forget-framework':
        return { op: 'delete', key: this.#schedulerKey };
      case 'own':
        return change.change;
    }
  }

  #decode(pairs: readonly StorePair[]): FrameworkMemory | Error {
    let scheduler: Pick<FrameworkMemory, 'frameworkId' | 'confirmed'> = { frameworkId: undefined, confirmed: false };
    const tasks = new Map<string, LaunchedTask>();
    try {
      for (const [key, value] of pairs) {
        if (key === this.#schedulerKey) scheduler = readScheduler(value);
        else if (key.startsWith(this.#taskKey(''))) {
          const task = decodeTask(value);
          tasks.set(task.taskId, task);
        }
      }
    } catch (cause) {
      if (cause instanceof CodedError) return cause;
      return new CodedError('CORRUPT', "Cannot read the framework's memory: a record does not decode", { cause });
    }
    return { ...scheduler, tasks };
  }

  get #schedulerKey(): string {
    return `${this.#prefix}scheduler`;
  }

  #taskKey(taskId: string): string {
    return `${this.#prefix}task/${taskId}`;
  }
}

function readScheduler(value: Uint8Array) {
  const record = meseta.v1.SchedulerRecord.decode(value);
  if (record.format > FORMAT) {
    const text = `record format is ${record.format}, this release reads up to ${FORMAT}; start a newer release`;
    throw new CodedError('CORRUPT', `Cannot read the framework's memory: ${text}`);
  }
  return { frameworkId: record.frameworkId.value, confirmed: !record.unconfirmed };
}
