import { close, fsync, mkdirSync, open, readdirSync, readFileSync, rename, rm, write, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedExit } from './protocol.js';

/** A process as written down right after its start. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot; with the pid, unique until the next reboot. */
  readonly startTime: number;
}

/** What is on disk of one container. Neither field: its start was intended, and may or may not have happened. */
export interface ContainerRecord {
  readonly id: string;
  readonly identity?: ProcessIdentity;
  readonly exit?: RecordedExit;
}

/**
 * The memory of containers, `<runtime_dir>/containers/<id>/{pid,exit}`. The folder itself is the intent to start.
 * Intent and pid need to outlive processes only, since a reboot ends every container; an exit outlives the machine's
 * crash too.
 */
export class Records {
  readonly #root: string;
  readonly #bootIdFile: string;

  constructor(runtimeDir: string) {
    this.#root = join(runtimeDir, 'containers');
    this.#bootIdFile = join(runtimeDir, 'boot_id');
    mkdirSync(this.#root, { recursive: true, mode: 0o700 });
  }

  /** Whether what is on disk was written since the machine last booted. */
  isOfThisBoot(): boolean {
    return readText(this.#bootIdFile) === bootId();
  }

  /** From now on the absence of a record is proof that nothing was started. */
  confirmBoot(): void {
    writeFileSync(this.#bootIdFile, bootId(), { mode: 0o600 });
  }

  /** Writes down that a process is about to be started. Throws when it already was, or the disk refuses. */
  intend(id: string): void {
    mkdirSync(join(this.#root, id), { mode: 0o700 });
  }

  /** Writes down which process was started. */
  started(id: string, { pid, startTime }: ProcessIdentity): void {
    writeFileSync(join(this.#root, id, 'pid'), `${pid} ${startTime}\n`, { mode: 0o600 });
  }

  /** Writes down an end; `done` is called when it is on disk, or with the error when it is not. */
  ended(id: string, exit: RecordedExit, done: (error: Error | null) => void): void {
    const folder = join(this.#root, id);
    writeDurably(join(folder, 'exit.new'), JSON.stringify(exit), (error) => {
      if (error !== null) done(error);
      else renameDurably(folder, 'exit.new', 'exit', done);
    });
  }

  /** Deletes all that is kept of a container. */
  forget(id: string): void {
    rm(join(this.#root, id), { recursive: true, force: true }, () => {}); // what stays is forgotten again by the next agent
  }

  /** Everything on record, for a spawner that starts. */
  readAll(): ContainerRecord[] {
    return readdirSync(this.#root).map((id) => this.#read(id));
  }

  #read(id: string): ContainerRecord {
    const [pid = Number.NaN, startTime = Number.NaN] = (readText(join(this.#root, id, 'pid')) ?? '')
      .split(' ')
      .map(Number);
    const exit = readText(join(this.#root, id, 'exit'));
    return {
      id,
      ...(pid > 0 && startTime >= 0 ? { identity: { pid, startTime } } : {}),
      ...(exit === undefined ? {} : { exit: parseExit(exit) }),
    };
  }
}

/** An exit that cannot be read is an exit nobody can tell. */
function parseExit(text: string): RecordedExit {
  try {
    return JSON.parse(text) as RecordedExit;
  } catch {
    return { kind: 'unknown' };
  }
}

function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function writeDurably(path: string, text: string, done: (error: Error | null) => void): void {
  open(path, 'w', 0o600, (error, file) => {
    if (error !== null) done(error);
    else
      write(file, text, (failure) => (failure === null ? syncAndClose(file, done) : close(file, () => done(failure))));
  });
}

function renameDurably(folder: string, from: string, to: string, done: (error: Error | null) => void): void {
  rename(join(folder, from), join(folder, to), (error) => {
    if (error !== null) done(error);
    else open(folder, 'r', (failure, file) => (failure === null ? syncAndClose(file, done) : done(failure)));
  });
}

function syncAndClose(file: number, done: (error: Error | null) => void): void {
  fsync(file, (error) => close(file, () => done(error)));
}
