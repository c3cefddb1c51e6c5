import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { readStat, send, signalGroup } from './processes.js';
import { CONTAINER_MARKER, type ContainerReport, type ProcessSpec, type RecordedExit, type Reply } from './protocol.js';
import type { ContainerRecord, ProcessIdentity, Records } from './records.js';
import { startProcess } from './start-process.js';
import type { Stragglers } from './stragglers.js';

/** A container's place in the table. `exit` is set once the end is on disk; `ending` from when it was seen. */
interface Entry {
  readonly directory?: string;
  readonly identity?: ProcessIdentity;
  ending?: boolean;
  exit?: RecordedExit;
}

const SIGKILL = 9;
/** How long the ends of containers gather before one scan looks for what they left. */
const LEFTOVERS_MS = 1000;

/** The containers of this agent: started once each, watched, and their ends recorded before they are told. */
export class Containers {
  readonly #entries = new Map<string, Entry>();
  readonly #records: Records;
  readonly #stragglers: Stragglers;
  readonly #tell: (reply: Reply) => void;

  constructor(records: Records, stragglers: Stragglers, tell: (reply: Reply) => void) {
    this.#records = records;
    this.#stragglers = stragglers;
    this.#tell = tell;
  }

  /** Takes over a container that an earlier spawner started or ended. */
  adopt({ id, ...record }: ContainerRecord): void {
    this.#entries.set(id, { ...record, ending: record.exit !== undefined });
  }

  /** Starts a container, or tells again what became of it. */
  launch(id: string, spec: ProcessSpec): void {
    const known = this.#entries.get(id);
    if (known === undefined) this.#launchNew(id, spec);
    else this.#tellAgain(id, known);
  }

  /** Sends a signal to the process group of a running container. */
  signal(id: string, signal: number): void {
    const entry = this.#entries.get(id);
    if (entry?.identity === undefined || entry.ending) return;
    signalGroup(entry.identity.pid, entry.identity.startTime, signal);
  }

  /** Kills every process of a container, also those that it left behind. */
  destroy(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.signal(id, SIGKILL);
    this.#killLeftovers(id, entry.identity, 0);
  }

  /** Drops an ended container. */
  forget(id: string): void {
    if (this.#entries.get(id)?.exit === undefined) return;
    this.#entries.delete(id);
    this.#records.forget(id);
  }

  /** Records that a container of which nothing is known has ended, nobody knows how. */
  lose(id: string): void {
    if (this.#entries.has(id)) return;
    this.#records.intend(id);
    this.#entries.set(id, {});
    this.ended(id, { kind: 'unknown' });
  }

  /** Writes an end down, then tells it. */
  ended(id: string, exit: RecordedExit): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.ending) return;
    entry.ending = true;
    this.#records.ended(id, exit, (error) => {
      // A disk that refuses must not hide the end; should we die as well, it becomes an unknown one.
      if (error !== null) console.error(`Cannot record the exit of container '${id}': ${error.message}`);
      entry.exit = exit;
      this.#tell(exit.kind === 'failed' ? { op: 'failed', id, message: exit.message } : { op: 'exited', id, exit });
    });
  }

  /** The process of a container that runs. */
  running(id: string): ProcessIdentity | undefined {
    const entry = this.#entries.get(id);
    return entry?.ending ? undefined : entry?.identity;
  }

  /** Number of containers whose end is not on record. */
  get live(): number {
    let live = 0;
    for (const entry of this.#entries.values()) if (entry.exit === undefined) live++;
    return live;
  }

  /** All there is to tell an agent that connects. */
  report(): ContainerReport[] {
    return [...this.#entries].map(([id, { directory, identity, exit }]) => ({
      id,
      ...(directory !== undefined && { directory }),
      ...(identity && { pid: identity.pid }),
      ...(exit && { exit }),
    }));
  }

  #launchNew(id: string, spec: ProcessSpec): void {
    try {
      this.#records.intend(id, spec.directory);
    } catch (error) {
      this.#tell({ op: 'failed', id, message: `Failed to record container: ${String(error)}` });
      return;
    }
    this.#entries.set(id, { directory: spec.directory });
    startProcess(spec, 'files', (outcome) => {
      if ('failure' in outcome) this.#failed(id, outcome.failure);
      else this.#started(id, outcome.child, outcome.pid);
    });
  }

  #started(id: string, child: ChildProcess, pid: number): void {
    // The child cannot have been reaped yet: that needs a turn of the event loop.
    const identity = { pid, startTime: readStat(pid)?.startTime ?? 0 };
    this.#entries.set(id, { ...this.#entries.get(id), identity });
    child.once('exit', (code, signal) => {
      // Within the turn that reaped it, so its number cannot have been given to another group.
      send(-pid, SIGKILL);
      this.#killLeftovers(id, identity, LEFTOVERS_MS);
      this.ended(id, toExit(code, signal));
    });
    try {
      this.#records.started(id, identity);
    } catch (error) {
      console.error(`Cannot record the process of container '${id}': ${String(error)}`); // its marker still tells it
    }
    this.#tell({ op: 'started', id, pid });
  }

  #failed(id: string, message: string): void {
    this.ended(id, { kind: 'failed', message });
  }

  #killLeftovers(id: string, leader: ProcessIdentity | undefined, delayMs: number): void {
    this.#stragglers.kill({ marker: CONTAINER_MARKER, value: id, ...(leader && { leader }) }, delayMs);
  }

  #tellAgain(id: string, { identity, exit }: Entry): void {
    if (identity !== undefined) this.#tell({ op: 'started', id, pid: identity.pid });
    if (exit?.kind === 'failed') this.#tell({ op: 'failed', id, message: exit.message });
    else if (exit !== undefined) this.#tell({ op: 'exited', id, exit });
  }
}

/**
 * What Node tells of an end, in numbers. It cannot tell a death by a real-time signal (34 to 64) from exit code 0:
 * it has no names for those.
 */
export function toExit(code: number | null, signal: NodeJS.Signals | null): RecordedExit {
  if (signal !== null) return { kind: 'signaled', signal: constants.signals[signal] };
  return code === null ? { kind: 'unknown' } : { kind: 'exited', code };
}
