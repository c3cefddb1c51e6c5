import { Backoff } from '../../common/runtime/backoff.js';
import type { Clock, Timer } from '../../common/runtime/clock.js';
import type { Random } from '../../common/runtime/random.js';
import type { TaskRef } from './calls.js';

interface ReconcilerPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** The tasks that the master may know and that have not ended. */
  unfinished(): readonly TaskRef[];
  /** Sends RECONCILE; no tasks means implicit. */
  ask(tasks: readonly TaskRef[]): void;
  /** Everything asked for has been answered. */
  settled(): void;
}

/** Tasks per RECONCILE, which keeps a call far below any bound on messages. */
const TASKS_PER_CALL = 1000;

/** An agent may take its time to re-register, and until then the master does not answer for its tasks. */
const RETRY = { firstMs: 2_000, mostMs: 60_000 };
/** Added to each wait, which may be drawn as 0: the answers need time to arrive. */
const LEAST_WAIT_MS = 1_000;

/**
 * Finds out what became of tasks while nobody listened. One round at a time: it asks for every unfinished task, again
 * and again with growing waits until each has been answered, then asks the master for all it knows, to learn of tasks
 * that this framework forgot. A round starts with every subscription, and once in a while in between.
 */
export class Reconciler {
  readonly #ports: ReconcilerPorts;
  readonly #intervalMs: number;
  readonly #backoff: Backoff;
  readonly #unanswered = new Map<string, TaskRef>();
  #timer: Timer | undefined;

  constructor(ports: ReconcilerPorts, intervalMs: number) {
    this.#ports = ports;
    this.#intervalMs = intervalMs;
    this.#backoff = new Backoff(RETRY, ports.random);
  }

  /** Starts a round, in place of the one under way if any. */
  begin(): void {
    this.stop();
    for (const task of this.#ports.unfinished()) this.#unanswered.set(task.taskId, task);
    this.#backoff.reset();
    this.#ask();
  }

  /** Any update is an answer, whatever it says. */
  answered(taskId: string): void {
    if (this.#unanswered.delete(taskId) && this.#unanswered.size === 0) this.#settle();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#unanswered.clear();
  }

  #ask(): void {
    if (this.#unanswered.size === 0) {
      this.#settle();
      return;
    }
    const tasks = [...this.#unanswered.values()];
    for (let at = 0; at < tasks.length; at += TASKS_PER_CALL) this.#ports.ask(tasks.slice(at, at + TASKS_PER_CALL));
    this.#timer = this.#ports.clock.after(LEAST_WAIT_MS + this.#backoff.next(), () => this.#ask());
  }

  #settle(): void {
    this.#timer?.cancel();
    this.#timer = this.#ports.clock.after(this.#intervalMs, () => this.begin());
    this.#ports.ask([]);
    this.#ports.settled();
  }
}
