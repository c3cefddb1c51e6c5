import { closeSync, fdatasync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedExit } from './protocol.js';

/** A process as written down right after its start. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot; with the pid, unique until the next reboot. */
  readonly startTime: number;
}

/** What is on disk of one container. Neither identity nor exit: its start was intended, and may or may not have happened. */
export interface ContainerRecord {
  readonly id: string;
  /** Its sandbox. */
  readonly directory?: string;
  readonly identity?: ProcessIdentity;
  readonly exit?: RecordedExit;
}

/** A line of the journal: what became true of a container. `forgotten` cancels all before it. */
type Line = Partial<ContainerRecord> & { readonly id: string; readonly forgotten?: true };

/** Lines that say nothing any more are kept up to this number beyond those that do. */
const MOST_STALE_LINES = 10_000;

/**
 * The memory of containers, a journal in `<runtime_dir>/containers`, a JSON object a line. Intent and process need
 * to outlive processes only, since a reboot ends every container, so they are written and not flushed. An exit
 * outlives the machine's crash too; those of the same moment share a flush.
 */
export class Records {
  readonly #path: string;
  readonly #bootIdFile: string;
  readonly #containers = new Map<string, ContainerRecord>();
  #file: number;
  #lines = 0;
  /** The last write was cut short, by a full disk say: what follows starts on a line of its own. */
  #torn = false;
  #unflushed: ((error: Error | null) => void)[] = [];
  #flushing = false;

  constructor(runtimeDir: string) {
    this.#path = join(runtimeDir, 'containers');
    this.#bootIdFile = join(runtimeDir, 'boot_id');
    for (const line of (readText(this.#path) ?? '').split('\n')) this.#apply(parseLine(line));
    this.#file = this.#rewrite();
  }

  /** Whether what is on disk was written since the machine last booted. */
  isOfThisBoot(): boolean {
    return readText(this.#bootIdFile) === bootId();
  }

  /** From now on the absence of a record is proof that nothing was started. */
  confirmBoot(): void {
    try {
      if (!this.isOfThisBoot()) writeFileSync(this.#bootIdFile, bootId(), { mode: 0o600 });
    } catch (error) {
      console.error(`Cannot record the boot: ${String(error)}`); // the next agent finds less certain, and nothing wrong
    }
  }

  /** Writes down that a process is about to be started. Throws when the disk refuses. */
  intend(id: string, directory?: string): void {
    this.#append({ id, ...(directory !== undefined && { directory }) });
  }

  /** Writes down which process was started. Throws when the disk refuses. */
  started(id: string, identity: ProcessIdentity): void {
    this.#append({ id, identity });
  }

  /** Writes down an end; `done` is called when it is on disk, or with the error when it is not. */
  ended(id: string, exit: RecordedExit, done: (error: Error | null) => void): void {
    try {
      this.#append({ id, exit });
    } catch (error) {
      done(error as Error);
      return;
    }
    this.#unflushed.push(done);
    this.#flush();
  }

  /** Drops all that is kept of a container. */
  forget(id: string): void {
    try {
      this.#append({ id, forgotten: true });
    } catch {} // forgotten again by the next agent
    if (this.#lines > 2 * this.#containers.size + MOST_STALE_LINES) {
      closeSync(this.#file);
      this.#file = this.#rewrite();
    }
  }

  /** Everything on record, for a spawner that starts. */
  readAll(): ContainerRecord[] {
    return [...this.#containers.values()];
  }

  #append(line: Line): void {
    const text = Buffer.from(`${this.#torn ? '\n' : ''}${JSON.stringify(line)}\n`);
    this.#torn = writeSync(this.#file, text) < text.length;
    if (this.#torn) throw new Error('disk full');
    this.#apply(line);
    this.#lines++;
  }

  #apply(line: Line | undefined): void {
    if (line === undefined) return;
    if (line.forgotten) this.#containers.delete(line.id);
    else this.#containers.set(line.id, { ...this.#containers.get(line.id), ...line });
  }

  #flush(): void {
    if (this.#flushing || this.#unflushed.length === 0) return;
    this.#flushing = true;
    const waiting = this.#unflushed;
    this.#unflushed = [];
    fdatasync(this.#file, (error) => {
      this.#flushing = false;
      for (const done of waiting) done(error);
      this.#flush();
    });
  }

  /** Writes the journal anew, without what no longer matters, and returns it open for appending. */
  #rewrite(): number {
    const text = this.readAll().map((record) => `${JSON.stringify(record)}\n`);
    const fresh = `${this.#path}.new`;
    const file = openSync(fresh, 'w', 0o600);
    writeFileSync(file, text.join(''));
    fsyncSync(file);
    renameSync(fresh, this.#path);
    this.#lines = text.length;
    this.#torn = false;
    return file;
  }
}

/** A line that a full disk or a crash cut short says nothing. */
function parseLine(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null && 'id' in line ? (line as Line) : undefined;
  } catch {
    return undefined;
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
