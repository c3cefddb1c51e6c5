import { counter, gauge, type Metric } from './metric.js';

/** How many of the last values the percentiles are of. */
const WINDOW = 1000;

const PERCENTILES: readonly (readonly [name: string, fraction: number])[] = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p999', 0.999],
  ['p9999', 0.9999],
];

/** How long something took, each time: the last value, how often, and the spread of the last thousand. */
export class Timings {
  readonly #recent: number[] = [];
  #count = 0;

  record(ms: number): void {
    this.#recent[this.#count++ % WINDOW] = ms;
  }

  get count(): number {
    return this.#count;
  }

  /** `<name>`, `<name>/count`, `/min`, `/max` and the percentiles; zeros before the first value. `name` ends in `_ms`. */
  metrics(name: string): Metric[] {
    const sorted = this.#recent.toSorted((left, right) => left - right);
    const at = (fraction: number) => sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? 0;
    return [
      gauge(name, this.#recent[(this.#count - 1) % WINDOW] ?? 0),
      counter(`${name}/count`, this.#count),
      gauge(`${name}/min`, at(0)),
      gauge(`${name}/max`, at(1)),
      ...PERCENTILES.map(([label, fraction]) => gauge(`${name}/${label}`, at(fraction))),
    ];
  }
}
