import { counter, type Metric } from '../../common/metrics/metric.js';
import { Timings } from '../../common/metrics/timings.js';
import type { Clock, Timer } from '../../common/runtime/clock.js';

/**
 * When to look for what could be offered: in the turn after something was freed or added, once for all of a turn, and
 * at least every `intervalMs`, or sooner when a filter ends.
 */
export class AllocationSchedule {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #allocate: () => void;
  /** When the next filter ends, on the clock; undefined: none. */
  readonly #nextExpiryMs: () => number | undefined;
  #soon: Timer | undefined;
  #later: Timer | undefined;
  #stopped = false;
  /** How long each look took, and how long after it was asked for it came. */
  readonly #runs = new Timings();
  readonly #latencies = new Timings();
  #requestedAtMs: number | undefined;

  constructor(clock: Clock, intervalMs: number, allocate: () => void, nextExpiryMs: () => number | undefined) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#allocate = allocate;
    this.#nextExpiryMs = nextExpiryMs;
  }

  start(): void {
    this.#plan();
  }

  /** Asks for a look soon: in a later turn, so that whatever is asked for until then takes but one. */
  request(): void {
    if (this.#stopped || this.#soon !== undefined) return;
    this.#requestedAtMs = this.#clock.nowMs();
    this.#soon = this.#clock.after(0, () => this.#run());
  }

  metrics(): Metric[] {
    return [
      counter('allocator/mesos/allocation_runs', this.#runs.count),
      ...this.#runs.metrics('allocator/mesos/allocation_run_ms'),
      ...this.#latencies.metrics('allocator/mesos/allocation_run_latency_ms'),
    ];
  }

  stop(): void {
    this.#stopped = true;
    this.#soon?.cancel();
    this.#later?.cancel();
  }

  #run(): void {
    this.#soon?.cancel();
    this.#soon = undefined;
    if (this.#stopped) return;
    const startedAtMs = this.#clock.nowMs();
    this.#latencies.record(startedAtMs - (this.#requestedAtMs ?? startedAtMs));
    this.#requestedAtMs = undefined;
    this.#allocate();
    this.#runs.record(this.#clock.nowMs() - startedAtMs);
    this.#plan();
  }

  #plan(): void {
    this.#later?.cancel();
    const expiryMs = this.#nextExpiryMs();
    const untilExpiryMs = expiryMs === undefined ? this.#intervalMs : Math.max(0, expiryMs - this.#clock.nowMs());
    this.#later = this.#clock.after(Math.min(this.#intervalMs, untilExpiryMs), () => this.#run());
  }
}
