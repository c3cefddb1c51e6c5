import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asNobody } from '../../test/support/root.js';
import { silentLogger } from '../runtime/logger.js';
import { findLogDamage } from './log-damage.js';
import { openSqliteStore } from './sqlite-store.js';
import type { Store, StorePair } from './store.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-store-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
const newPath = () => join(folder, `${files++}.db`);
const openStore = (path: string) => openSqliteStore(path, { log: silentLogger });
const refusal = (path: string) => openStore(path).then(() => 'opened', String);

/** Batch `n` puts three keys that must be there together or not at all. */
const PARTS = ['a', 'b', 'c'];
const batch = (n: number) =>
  PARTS.map((part) => ({ op: 'put' as const, key: `${part}/${n}`, value: Buffer.from(`${n}`) }));
const write = (store: Store, n: number) => new Promise<Error | undefined>((resolve) => store.write(batch(n), resolve));
const read = (store: Store) =>
  new Promise<StorePair[]>((resolve, reject) =>
    store.read('', (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome))),
  );

/** How many batches from 0 on are there; throws if one is there by halves or after a gap. */
async function batchesIn(store: Store): Promise<number> {
  const keys = new Set((await read(store)).map(([key]) => key));
  const count = keys.size / PARTS.length;
  for (let n = 0; n < count; n++)
    for (const part of PARTS) if (!keys.has(`${part}/${n}`)) throw new Error(`no ${part}/${n} of ${count}`);
  return count;
}

describe('openSqliteStore()', () => {
  it('finds again what was written, in a file that only its owner may read', async () => {
    const path = join(folder, 'new', 'folder', 'x.db');
    const store = await openStore(path);
    await write(store, 0);
    await store.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const again = await openStore(path);
    expect(await batchesIn(again)).toBe(1);
    await again.close();
  });

  it('refuses a file that is open in this process, and the first keeps it', async () => {
    const path = newPath();
    const first = await openStore(path);
    expect(await refusal(path)).toMatch(/^CodedError: Cannot open store .*: this process has it open; stop that one/);
    expect(await refusal(path)).toContain('this process');
    expect(await write(first, 0)).toBeUndefined();
    await first.close();
  });

  it('names the process that has the file open', async () => {
    const path = newPath();
    await using writer = startWriter(path);
    await writer.acknowledged(1);
    expect(await refusal(path)).toContain(`Cannot open store ${path}: process ${writer.pid} has it open`);
  });

  it.each([
    ['text', Buffer.from('This is a letter to my aunt. '.repeat(300))],
    ['noise', Buffer.alloc(8192, 0xa5)],
  ])('says that %s is not a store and leaves it alone', async (_, content) => {
    const path = newPath();
    await writeFile(path, content);
    expect(await refusal(path)).toMatch(/Cannot open store .*not a store.*move it away/);
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  it("refuses another program's database", async () => {
    const path = newPath();
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE letters (aunt TEXT)');
    other.close();
    expect(await refusal(path)).toContain('database of another program');
  });

  it('refuses a newer format and says which it can read', async () => {
    const path = newPath();
    await (await openStore(path)).close();
    const future = new DatabaseSync(path);
    future.exec('PRAGMA user_version=2');
    future.close();
    expect(await refusal(path)).toContain('its format is 2, this version reads up to 1; start the newer version');
  });

  it('says why a folder cannot be made or a path is none of a file', async () => {
    await writeFile(join(folder, 'plain'), '');
    expect(await refusal(join(folder, 'plain', 'x.db'))).toMatch(/Cannot open store .*(ENOTDIR|EEXIST)/);
    expect(await refusal(folder)).toMatch(/Cannot open store/);
  });

  it('says that it lacks permission', async () => {
    const path = newPath();
    await writeFile(path, '');
    await chmod(path, 0);
    await chmod(folder, 0o755);
    expect(await asNobody(() => refusal(path))).toMatch(/EACCES|check its permissions/);
  });

  it('notices a record that changed behind its back, naming file and key', async () => {
    const path = newPath();
    const store = await openStore(path);
    await write(store, 0);
    await store.close();
    const vandal = new DatabaseSync(path);
    vandal.exec("UPDATE record SET value = x'39' WHERE key = 'b/0'");
    vandal.close();
    const again = await openStore(path);
    const message = `Cannot read store ${path}: what is stored under "b/0" does not match its checksum; restore`;
    await expect(read(again)).rejects.toMatchObject({ code: 'CORRUPT', message: expect.stringContaining(message) });
    await again.close();
  });

  it('notices damaged pages when opening or reading', async () => {
    const path = newPath();
    const store = await openStore(path);
    for (let n = 0; n < 300; n++) void write(store, n);
    await store.close();
    const { size } = await stat(path);
    for (let at = 4096; at < size; at += 4096) {
      await overwrite(path, at, Buffer.alloc(64, 0xff));
    }
    expect(await refusal(path)).toMatch(/Cannot open store .*restore the file from a backup/);
  });

  it('loses nothing acknowledged and halves nothing when its process is killed while writing', async () => {
    const path = newPath();
    let known = 0;
    for (const more of [1, 40, 7, 150, 3]) {
      await using writer = startWriter(path);
      await writer.acknowledged(known + more);
      await writer.kill();
      const store = await openStore(path);
      const found = await batchesIn(store);
      await store.close();
      expect(found).toBeGreaterThanOrEqual(writer.count());
      known = found;
    }
  }, 60_000);

  it('opens to a committed prefix wherever its log is cut', async () => {
    const [path, copy] = [newPath(), newPath()];
    const store = await openStore(path);
    for (let n = 0; n < 6; n++) await write(store, n);
    await copyFile(path, copy);
    await copyFile(`${path}-wal`, `${copy}-wal`);
    await store.close();
    const { size } = await stat(`${copy}-wal`);
    const cuts = new Set([0, 1, 31, 32, 33, size - 1, size]);
    for (let at = 32; at < size; at += 4096 + 24) for (const near of [-1, 0, 24]) cuts.add(at + near);
    for (let at = 0; at < size; at += 9001) cuts.add(at);
    const found: number[] = [];
    for (const cut of [...cuts].sort((a, b) => a - b)) {
      const trial = newPath();
      await copyFile(copy, trial);
      await copyFile(`${copy}-wal`, `${trial}-wal`);
      await truncate(`${trial}-wal`, cut);
      const opened = await openStore(trial);
      found.push(await batchesIn(opened));
      expect(await write(opened, found.at(-1) ?? 0)).toBeUndefined();
      await opened.close();
    }
    expect(found[0]).toBe(0);
    expect(found.at(-1)).toBe(6);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
  }, 60_000);

  it('refuses a log with a flipped bit, says where, and opens once it is cut there', async () => {
    const [path, copy] = [newPath(), newPath()];
    const store = await openStore(path);
    for (let n = 0; n < 6; n++) await write(store, n);
    await copyFile(path, copy);
    await copyFile(`${path}-wal`, `${copy}-wal`);
    await store.close();
    const log = await readFile(`${copy}-wal`);
    const frames = Math.floor(log.length / (4096 + 24));
    for (let bit = 0; bit < 8 * 32 + 8 * (frames - 2) * (4096 + 24); bit += 8 * 701 + 3) {
      const flipped = Buffer.from(log);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(findLogDamage(flipped), `bit ${bit}`).toBeLessThanOrEqual(bit >> 3);
    }
    expect(findLogDamage(log)).toBeUndefined();
    const at = Math.floor(log.length / 2);
    await overwrite(`${copy}-wal`, at, Buffer.from([(log[at] ?? 0) ^ 1]));
    const [, size] = /damaged at byte \d+; .* truncate -s (\d+) /.exec(await refusal(copy)) ?? [];
    await truncate(`${copy}-wal`, Number(size));
    const again = await openStore(copy);
    expect(await batchesIn(again)).toBeLessThan(6);
    await again.close();
  });

  it('lets its process end when idle, and finishes closing before', () => {
    const script = `
      import { openSqliteStore } from ${JSON.stringify(new URL('./sqlite-store.ts', import.meta.url).href)};
      const idle = await openSqliteStore(process.argv[1] + '1', {});
      const store = await openSqliteStore(process.argv[1] + '2', {});
      store.write([], () => console.log('written'));
      await store.close();
      console.log('closed');`;
    const hooks = `data:text/javascript,${encodeURIComponent(HOOKS)}`;
    const options = ['--import', hooks, '--input-type=module', '--eval', script, newPath()];
    const { stdout, status } = spawnSync(process.execPath, options, { encoding: 'utf8', timeout: 20_000 });
    expect({ stdout, status }).toEqual({ stdout: 'written\nclosed\n', status: 0 });
  });

  it('fails every write after one that found the disk full, and keeps what was acknowledged before', async () => {
    const path = newPath();
    await using writer = startWriter(path, 400 * 1024);
    const failures = await writer.failures(2);
    expect(failures[0]).toMatch(/^STORE_FAILED Cannot write to store .*(full|disk I\/O error).*then restart/);
    expect(failures[1]).toBe(failures[0]);
    await writer.kill();
    const store = await openStore(path);
    expect(await batchesIn(store)).toBeGreaterThanOrEqual(writer.count());
    expect(writer.count()).toBeGreaterThan(0);
    await store.close();
  });
});

/** Maps the imports of a child that runs from source; the worker of the store must not need it. */
const HOOKS = `import { registerHooks } from 'node:module';
registerHooks({ resolve: (name, context, next) => {
  try { return next(name, context); } catch (error) {
    if (name.startsWith('.') && name.endsWith('.js')) return next(name.slice(0, -3) + '.ts', context);
    throw error;
  } } });`;

/** Continues after the last batch that it finds; prints the number of each acknowledged one, and failures. */
const WRITER = `
import { openSqliteStore } from ${JSON.stringify(new URL('./sqlite-store.ts', import.meta.url).href)};
const store = await openSqliteStore(process.argv[1], { log: { error: () => {} } });
const batch = (n) => ${JSON.stringify(PARTS)}.map((part) => ({ op: 'put', key: part + '/' + n, value: Buffer.from(String(n)) }));
store.read('', (pairs) => {
  let next = pairs.length / ${PARTS.length};
  const more = () => {
    const n = next++;
    store.write(batch(n), (error) => {
      console.log(error ? error.code + ' ' + error.message : n);
      more();
    });
  };
  for (let i = 0; i < 8; i++) more();
});`;

interface Writer extends AsyncDisposable {
  readonly pid: number;
  /** Batches acknowledged, those of its predecessors included. */
  count(): number;
  acknowledged(count: number): Promise<void>;
  failures(count: number): Promise<string[]>;
  kill(): Promise<void>;
}

/** `maxFileBytes`: files cannot grow beyond, as on a full disk. */
function startWriter(path: string, maxFileBytes?: number): Writer {
  const hooks = `data:text/javascript,${encodeURIComponent(HOOKS)}`;
  const command = [process.execPath, '--import', hooks, '--input-type=module', '--eval', WRITER, path];
  const limit = maxFileBytes === undefined ? '' : `ulimit -f ${maxFileBytes / 512};`; // POSIX counts 512-byte blocks
  const child = spawn('sh', ['-c', `${limit} exec "$@"`, 'sh', ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { pid } = child;
  if (pid === undefined) throw new Error('no child');
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout);
  const failures: string[] = [];
  let count = 0;
  lines.on('line', (line) => {
    if (/^\d+$/.test(line)) count = Number(line) + 1;
    else failures.push(line);
  });
  const until = async (ready: () => boolean) => {
    while (!ready() && child.exitCode === null) await Promise.race([once(lines, 'line'), exited]);
    if (!ready()) throw new Error(`The writer ended with ${child.exitCode} after ${count} batches`);
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return {
    pid,
    count: () => count,
    acknowledged: (wanted) => until(() => count >= wanted),
    async failures(wanted) {
      await until(() => failures.length >= wanted);
      return failures;
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

async function overwrite(path: string, at: number, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
}
