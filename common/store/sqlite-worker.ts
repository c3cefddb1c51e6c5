/** The thread that owns a store's SQLite file: a slow disk stops it and not the daemon. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import type { PackedRecords, StoreAnswer, StoreProblem, StoreRequest, StoreWorkerData } from './sqlite-messages.js';

/** Marks the file as ours ("MSTA"), so that another program's database is not taken for an empty store. */
const APPLICATION_ID = 0x4d535441;

/** Version of the tables. Raise it with a migration below; an older program refuses what it cannot know. */
const FORMAT = 1;

/** Values read are handed over in portions of about this many bytes. */
const PORTION_BYTES = 1024 ** 2;

/** Primary result codes of SQLite. */
const SQLITE = { BUSY: 5, LOCKED: 6, READONLY: 8, IOERR: 10, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 } as const;

/** Thrown for what SQLite itself does not notice. */
class Problem extends Error {
  readonly code: StoreProblem['code'];

  constructor(code: StoreProblem['code'], reason: string) {
    super(reason);
    this.code = code;
  }
}

function serve(port: MessagePort, path: string): void {
  const say = (answer: StoreAnswer, transfer: ArrayBuffer[] = []) => port.postMessage(answer, transfer);
  const attempt = (act: () => void) => {
    try {
      act();
      say({ kind: 'done' });
    } catch (error) {
      say(problemOf(error));
    }
  };
  let database: DatabaseSync | undefined;
  attempt(() => {
    database = open(path);
  });
  const opened = database;
  if (opened === undefined) {
    port.close();
    return;
  }
  port.on('message', (request: StoreRequest) => {
    switch (request.kind) {
      case 'commit':
        return attempt(() => commit(opened, request.changes));
      case 'read':
        return attempt(() => read(opened, request.prefix, (pairs) => say({ kind: 'pairs', pairs }, buffersOf(pairs))));
      case 'close':
        attempt(() => opened.close());
        return port.close();
    }
  });
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // Exclusive before WAL: no second process may enter, and no shared memory file is needed.
    database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-2048; PRAGMA busy_timeout=0');
    database.exec('PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON');
    const format = checkFormat(database);
    if (firstOf(database, 'PRAGMA journal_mode=WAL') !== 'wal') {
      throw new Problem('STORE_FAILED', 'its file system cannot keep a write-ahead log; keep it on a local disk');
    }
    database.exec('PRAGMA synchronous=FULL; PRAGMA journal_size_limit=16777216');
    checkContent(database);
    if (format === 0) create(database);
    // Each life begins with an empty log: what an unfinished transaction left in it must not look like damage later.
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.exec('BEGIN IMMEDIATE; COMMIT'); // takes the lock and makes the log's file, whatever happened above
    syncDirectory(dirname(path));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The format found; 0 for a file without tables, new or left by a crash while it was being made. */
function checkFormat(database: DatabaseSync): number {
  const tables = firstOf(database, 'SELECT count(*) FROM sqlite_schema');
  const format = Number(firstOf(database, 'PRAGMA user_version'));
  if (tables === 0) return 0;
  if (firstOf(database, 'PRAGMA application_id') !== APPLICATION_ID) {
    throw new Problem('REFUSED', 'it is a database of another program; choose another path');
  }
  if (format > FORMAT) {
    const wanted = `this version reads up to ${FORMAT}; start the newer version that wrote it`;
    throw new Problem('REFUSED', `its format is ${format}, ${wanted}`);
  }
  return format;
}

function checkContent(database: DatabaseSync): void {
  const found = firstOf(database, 'PRAGMA quick_check(1)');
  if (found !== 'ok') throw new Problem('CORRUPT', `${String(found).replaceAll('\n', ' ')}; ${WHAT_TO_DO}`);
}

function create(database: DatabaseSync): void {
  database.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE record (key TEXT PRIMARY KEY, crc INTEGER NOT NULL, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    PRAGMA application_id=${APPLICATION_ID};
    PRAGMA user_version=${FORMAT};
    COMMIT`);
}

function commit(database: DatabaseSync, { keys, sizes, values }: PackedRecords): void {
  const put = database.prepare('INSERT OR REPLACE INTO record (key, crc, value) VALUES (?, ?, ?)');
  const remove = database.prepare('DELETE FROM record WHERE key = ?');
  database.exec('BEGIN IMMEDIATE');
  let at = 0;
  keys.forEach((key, index) => {
    const size = sizes[index] ?? -1;
    if (size < 0) {
      remove.run(key);
      return;
    }
    const value = values.subarray(at, at + size);
    at += size;
    put.run(key, checksum(key, value), value);
  });
  database.exec('COMMIT');
}

function read(database: DatabaseSync, prefix: string, give: (pairs: PackedRecords) => void): void {
  const rows = database.prepare('SELECT key, crc, value FROM record WHERE key >= ? ORDER BY key').iterate(prefix);
  let keys: string[] = [];
  let found: Uint8Array[] = [];
  let bytes = 0;
  const flush = () => {
    give(pack(keys, found, bytes));
    [keys, found, bytes] = [[], [], 0];
  };
  for (const row of rows) {
    const key = String(row['key']);
    const value = row['value'];
    if (!key.startsWith(prefix)) break; // keys under a prefix stand together
    if (!(value instanceof Uint8Array) || checksum(key, value) !== row['crc']) {
      throw new Problem('CORRUPT', `what is stored under "${key}" does not match its checksum; ${WHAT_TO_DO}`);
    }
    keys.push(key);
    found.push(value);
    bytes += value.length;
    if (bytes + keys.length * 64 >= PORTION_BYTES) flush();
  }
  flush();
}

const WHAT_TO_DO = 'restore the file from a backup, or move it away to start without what it held';

/** Over the key too, so that a value found under another's key is noticed. */
function checksum(key: string, value: Uint8Array): number {
  return crc32(value, crc32(key));
}

function pack(keys: string[], found: Uint8Array[], bytes: number): PackedRecords {
  const values = new Uint8Array(bytes);
  let at = 0;
  for (const value of found) {
    values.set(value, at);
    at += value.length;
  }
  return { keys, sizes: Int32Array.from(found, (value) => value.length), values };
}

function buffersOf({ sizes, values }: PackedRecords): ArrayBuffer[] {
  return [sizes.buffer, values.buffer];
}

/** SQLite does not sync the directory for a log; without that the file itself may be missing after a power cut. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** The first column of the first row. */
function firstOf(database: DatabaseSync, sql: string): unknown {
  const [value] = Object.values(database.prepare(sql).get() ?? {});
  return value;
}

function problemOf(error: unknown): StoreProblem {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof Problem) return { kind: 'failed', code: error.code, reason };
  const result = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  switch (result) {
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return { kind: 'failed', code: 'locked', reason };
    case SQLITE.NOTADB:
      return { kind: 'failed', code: 'CORRUPT', reason: `it is not a store (${reason}); ${WHAT_TO_DO}` };
    case SQLITE.CORRUPT:
      return { kind: 'failed', code: 'CORRUPT', reason: `${reason}; ${WHAT_TO_DO}` };
    case SQLITE.FULL:
      return { kind: 'failed', code: 'STORE_FAILED', reason: `${reason}; free some space, then restart` };
    case SQLITE.READONLY:
    case SQLITE.CANTOPEN:
      return { kind: 'failed', code: 'STORE_FAILED', reason: `${reason}; check its permissions and file system` };
    default:
      return { kind: 'failed', code: 'STORE_FAILED', reason: `${reason}; check the disk, then restart` };
  }
}

// Last, when everything above is defined.
if (parentPort) serve(parentPort, (workerData as StoreWorkerData).path);
