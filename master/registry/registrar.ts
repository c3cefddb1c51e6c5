import { gauge, type Metric } from '../../common/metrics/metric.js';
import { Timings } from '../../common/metrics/timings.js';
import type { Clock, Timer } from '../../common/runtime/clock.js';
import { CodedError } from '../../common/runtime/errors.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { Store } from '../../common/store/store.js';
import type { RegistryOperation } from './operation.js';

interface Waiting {
  readonly operation: RegistryOperation;
  readonly done: () => void;
}

/** What the registrar writes to and how long it waits: a write over `timeoutMs` ends the master. */
export interface RegistrarPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long one write may take. */
  readonly timeoutMs: number;
}

/** For those who only want to wait for what was applied before. */
const NOTHING: RegistryOperation = { name: 'nothing', changes: [] };

/**
 * Applies registry operations in order, those that wait for a running write as one batch. `done` is called only when
 * the operation is on disk. A write that fails, or takes too long, ends the master: `failed` is called once and nothing
 * is applied after.
 */
export class Registrar {
  readonly #ports: RegistrarPorts;
  readonly #failed: (error: Error) => void;
  #waiting: Waiting[] = [];
  #writing = false;
  #closed = false;
  readonly #writes = new Timings();
  #watchdog: Timer | undefined;

  constructor(ports: RegistrarPorts, failed: (error: Error) => void) {
    this.#ports = ports;
    this.#failed = failed;
  }

  apply(operation: RegistryOperation, done: () => void = () => {}): void {
    if (this.#closed) return;
    this.#waiting.push({ operation, done });
    if (!this.#writing) this.#write();
  }

  metrics(): Metric[] {
    return [
      gauge('registrar/queued_operations', this.#waiting.length),
      ...this.#writes.metrics('registrar/state_store_ms'),
    ];
  }

  /** Calls `done` when all that was applied before is on disk. */
  afterAll(done: () => void): void {
    this.apply(NOTHING, done);
  }

  /** Forgets what waits; a write under way is not followed up. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#watchdog?.cancel();
  }

  #write(): void {
    const { store, clock, timeoutMs } = this.#ports;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#writing = true;
    const startedAtMs = clock.nowMs();
    this.#watchdog = clock.after(timeoutMs, () => this.#giveUp(batch, timedOut(timeoutMs)));
    store.write(
      batch.flatMap(({ operation }) => operation.changes),
      (error) => {
        this.#writes.record(clock.nowMs() - startedAtMs);
        this.#written(batch, error);
      },
    );
  }

  #written(batch: readonly Waiting[], error: Error | undefined): void {
    this.#watchdog?.cancel();
    this.#writing = false;
    if (this.#closed) return;
    if (error !== undefined) {
      this.#giveUp(batch, error);
      return;
    }
    for (const { done } of batch) {
      if (this.#closed) return;
      done();
    }
    if (this.#waiting.length > 0 && !this.#writing) this.#write();
  }

  #giveUp(batch: readonly Waiting[], error: Error): void {
    this.close();
    const operations = batch.map(({ operation }) => operation.name);
    this.#ports.log.error('Registry write failed', { operations, error });
    this.#failed(error);
  }
}

function timedOut(timeoutMs: number): CodedError {
  const text = `Cannot write registry: the store has not answered for ${timeoutMs} ms (--registry_store_timeout)`;
  return new CodedError('TIMED_OUT', text);
}
