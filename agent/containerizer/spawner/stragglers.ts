import { isMarked, type MarkedProcess, scanProcesses, signalProcess } from './processes.js';
import type { ProcessIdentity } from './records.js';

/** Whose processes to kill: those that carry a marker, and those of a session. */
export interface Target {
  readonly marker: string;
  readonly value: string;
  /** The leader of the session, dead or alive. */
  readonly leader?: ProcessIdentity;
}

const SIGKILL = 9;
/** Between rounds: time for killed processes to go, and for a fork that was under way to show. */
const ROUND_MS = 20;
/** A process that cannot be killed (in an uninterruptible wait) is not waited for for ever. */
const MOST_ROUNDS = 250;

/**
 * Kills what a container leaves behind. One scan of the process table serves all that asked by then, and a target is
 * done when a scan finds nothing of it.
 */
export class Stragglers {
  readonly #waiting = new Map<Target, number>();
  #scanning = false;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  /** True while something is being hunted. */
  get busy(): boolean {
    return this.#waiting.size > 0;
  }

  /** Kills all processes of `target`, beginning within `delayMs`, so that many ends share one scan. */
  kill(target: Target, delayMs: number): void {
    this.#waiting.set(target, MOST_ROUNDS);
    this.#arm(delayMs);
  }

  #arm(delayMs: number): void {
    const dueAt = performance.now() + delayMs;
    if (this.#scanning || dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => this.#round(), delayMs);
  }

  async #round(): Promise<void> {
    this.#scanning = true;
    this.#dueAt = Number.POSITIVE_INFINITY;
    const asked = [...this.#waiting]; // who asks during the scan waits for the next
    const processes = await scanProcesses();
    for (const [target, rounds] of asked) {
      const members = membersOf(target, processes);
      for (const member of members) signalProcess(member.pid, member.startTime, SIGKILL);
      if (members.length === 0 || rounds <= 1) this.#waiting.delete(target);
      else this.#waiting.set(target, rounds - 1);
    }
    this.#scanning = false;
    if (this.busy) this.#arm(ROUND_MS);
  }
}

function membersOf({ marker, value, leader }: Target, processes: readonly MarkedProcess[]): MarkedProcess[] {
  // Were the leader's pid in use again, its number would name another session.
  const reused = processes.some(({ pid, startTime }) => pid === leader?.pid && startTime !== leader.startTime);
  const session = reused ? undefined : leader?.pid;
  return processes.filter((process) => process.session === session || isMarked(process, marker, value));
}
