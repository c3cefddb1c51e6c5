import type { ProbeResult, Prober, ProbeSpec } from '../../agent/executor/checks/prober.js';
import type { Clock } from '../../common/runtime/clock.js';

/** Answers probes after `tookMs` as `answer` says; undefined: never. */
export class FakeProber implements Prober {
  readonly probed: ProbeSpec[] = [];
  readonly #clock: Clock;
  readonly #answer: (spec: ProbeSpec, count: number) => ProbeResult | undefined;
  readonly #tookMs: number;

  constructor(
    clock: Clock,
    answer: (spec: ProbeSpec, count: number) => ProbeResult | undefined = () => ({ kind: 'exited', code: 0 }),
    tookMs = 1,
  ) {
    this.#clock = clock;
    this.#answer = answer;
    this.#tookMs = tookMs;
  }

  probe(spec: ProbeSpec, done: (result: ProbeResult) => void): () => void {
    this.probed.push(spec);
    const result = this.#answer(spec, this.probed.length);
    const timer = this.#clock.after(this.#tookMs, () => {
      if (result) done(result);
    });
    return () => timer.cancel();
  }
}
