import { access, constants, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CodedError, messageOf } from '../runtime/errors.js';
import type { Logger } from '../runtime/logger.js';
import { makeDirectory } from '../runtime/make-directory.js';
import { GroupCommit, type GroupCommitLimits, type StoreBackend } from './group-commit.js';
import { lockHolder } from './lock-holder.js';
import { findLogDamage } from './log-damage.js';
import type { PackedRecords, StoreAnswer, StoreProblem, StoreRequest, StoreWorkerData } from './sqlite-messages.js';
import type { Store, StoreChange, StorePair } from './store.js';

/** The bounds on what waits, and where a failure of the worker is logged. */
export interface SqliteStoreOptions extends GroupCommitLimits {
  readonly log: Logger;
}

/** Heap of the worker thread, in MiB: values live outside of it. Kept small, for an idle agent is to stay small. */
const WORKER_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4, stackSizeMb: 2 };

/** Beside this file, under the extension that this file has: compiled or source. */
const WORKER_URL = new URL(
  new URL(import.meta.url).pathname.endsWith('.ts') ? './sqlite-worker.ts' : './sqlite-worker.js',
  import.meta.url,
);

/**
 * Opens or creates the store in the file at `path`, its folder included, and keeps it to this process until closed.
 * Rejects with REFUSED (open elsewhere, another program's, a newer format), CORRUPT or STORE_FAILED.
 */
export async function openSqliteStore(path: string, options: SqliteStoreOptions): Promise<Store> {
  await ensureFile(path);
  await checkLog(path);
  const backend = new SqliteBackend(path, options.log);
  await backend.opened;
  return new GroupCommit(path, backend, options);
}

/** Readable by its owner only, for it may hold secrets of tasks. Gives the errors that SQLite would keep to itself. */
async function ensureFile(path: string): Promise<void> {
  try {
    await makeDirectory(dirname(path), 0o700);
    try {
      await (await open(path, 'ax', 0o600)).close();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      // Never open an existing file here: closing it would drop the locks that this process has on it.
      await access(path, constants.R_OK | constants.W_OK);
    }
  } catch (error) {
    throw new CodedError('STORE_FAILED', `Cannot open store ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** SQLite would cut a damaged log without a word. */
async function checkLog(path: string): Promise<void> {
  const log = `${path}-wal`;
  const damagedAt = findLogDamage(await readFile(log).catch(() => Buffer.alloc(0)));
  if (damagedAt === undefined) return;
  if ((await lockHolder(path)) !== undefined) return; // somebody writes it just now; the worker will say so
  const wanted = `restore it from a backup, or give up all changes from there on by: truncate -s ${damagedAt} ${log}`;
  throw new CodedError('CORRUPT', `Cannot open store ${path}: its log is damaged at byte ${damagedAt}; ${wanted}`);
}

/** What one request waits for. */
interface Waiting {
  readonly verb: string;
  readonly pairs: StorePair[];
  readonly done: (problem: Error | undefined, pairs: StorePair[]) => void;
}

class SqliteBackend implements StoreBackend {
  /** Settles once the worker has opened the file, or could not. */
  readonly opened: Promise<void>;
  readonly #path: string;
  readonly #log: Logger;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #waiting: Waiting | undefined;
  #died: Error | undefined;

  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
    const workerData: StoreWorkerData = { path };
    // No inherited options: what this process was started with (--eval, --import) is not meant for the thread.
    this.#worker = new Worker(WORKER_URL, { workerData, execArgv: [], resourceLimits: WORKER_LIMITS, name: 'store' });
    this.#worker.on('message', (answer: StoreAnswer) => this.#answered(answer));
    this.#worker.on('error', (error) => this.#ended(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#ended(new Error(`its thread ended with code ${code}`));
        resolve();
      });
    });
    this.opened = new Promise((resolve, reject) => {
      const done = (problem?: Error) => (problem ? this.#explainLock(problem).then(reject) : resolve());
      this.#waiting = { verb: 'open', pairs: [], done };
    });
  }

  commit(batches: readonly (readonly StoreChange[])[], done: (error?: Error) => void): void {
    const changes = pack(batches.flat());
    this.#ask('write to', { kind: 'commit', changes }, [changes.sizes.buffer, changes.values.buffer], done);
  }

  read(prefix: string, done: (outcome: StorePair[] | Error) => void): void {
    this.#ask('read', { kind: 'read', prefix }, [], (problem, pairs) => done(problem ?? pairs));
  }

  defer(run: () => void): void {
    setImmediate(run);
  }

  async close(): Promise<void> {
    if (this.#died) return;
    this.#ask('close', { kind: 'close' }, [], () => {});
    await this.#exited;
  }

  #ask(verb: string, request: StoreRequest, transfer: ArrayBuffer[], done: Waiting['done']): void {
    if (this.#died) {
      const error = this.#died;
      setImmediate(() => done(error, []));
      return;
    }
    this.#waiting = { verb, pairs: [], done };
    this.#worker.ref(); // an idle store does not keep the process alive, a busy one does
    this.#worker.postMessage(request, transfer);
  }

  #answered(answer: StoreAnswer): void {
    if (answer.kind === 'pairs') unpack(answer.pairs, this.#waiting?.pairs ?? []);
    else this.#settle((verb) => (answer.kind === 'failed' ? this.#errorOf(verb, answer) : undefined));
  }

  #settle(problemOf: (verb: string) => Error | undefined): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    if (waiting.verb !== 'close') this.#worker.unref(); // whoever closes waits for the thread to end
    const problem = problemOf(waiting.verb);
    if (problem) this.#log.error('Store failed', { file: this.#path, error: problem });
    waiting.done(problem, waiting.pairs);
  }

  #ended(cause: Error): void {
    const text = (verb: string) => `Cannot ${verb} store ${this.#path}: ${cause.message}`;
    this.#died ??= new CodedError('STORE_FAILED', text('use'), { cause });
    if (this.#waiting?.verb === 'close') this.#waiting = undefined;
    this.#settle((verb) => new CodedError('STORE_FAILED', text(verb), { cause }));
  }

  #errorOf(verb: string, { code, reason }: StoreProblem): CodedError {
    const text = `Cannot ${verb} store ${this.#path}: ${reason}`;
    if (code !== 'locked') return new CodedError(code, text);
    return new CodedError('REFUSED', text, { cause: 'locked' });
  }

  async #explainLock(problem: Error): Promise<Error> {
    if (problem.cause !== 'locked') return problem;
    const pid = await lockHolder(this.#path);
    const holder = pid === undefined ? 'another process' : pid === process.pid ? 'this process' : `process ${pid}`;
    const wanted = 'stop that one first, or give this one another work directory';
    return new CodedError('REFUSED', `Cannot open store ${this.#path}: ${holder} has it open; ${wanted}`);
  }
}

function pack(changes: readonly StoreChange[]): PackedRecords {
  const sizes = Int32Array.from(changes, (change) => (change.op === 'put' ? change.value.length : -1));
  const values = new Uint8Array(sizes.reduce((sum, size) => sum + Math.max(0, size), 0));
  let at = 0;
  for (const change of changes) {
    if (change.op !== 'put') continue;
    values.set(change.value, at);
    at += change.value.length;
  }
  return { keys: changes.map(({ key }) => key), sizes, values };
}

/** The values are views of one buffer per portion. */
function unpack({ keys, sizes, values }: PackedRecords, into: StorePair[]): void {
  let at = 0;
  keys.forEach((key, index) => {
    const size = sizes[index] ?? 0;
    into.push([key, values.subarray(at, at + size)]);
    at += size;
  });
}
