import type { Clock, Timer } from '../../../common/runtime/clock.js';
import type { ProbeResult, Prober, ProbeSpec } from './prober.js';

/** When to probe, in milliseconds. */
interface ProbeTimes {
  /** From the start of the task to the first probe. */
  readonly delayMs: number;
  /** From the end of one probe to the start of the next. */
  readonly intervalMs: number;
  /** After which a probe has failed; 0: never. */
  readonly timeoutMs: number;
}

/** Probes again and again, one at a time, until stopped. Returns what stops it. */
export function scheduleProbes(
  ports: { readonly clock: Clock; readonly prober: Prober },
  spec: ProbeSpec,
  times: ProbeTimes,
  found: (result: ProbeResult) => void,
): () => void {
  let timer: Timer;
  let cancelProbe = () => {};
  let stopped = false;

  const probe = () => {
    let open = true;
    const end = (result: ProbeResult) => {
      if (!open || stopped) return;
      open = false;
      timer.cancel();
      found(result);
      if (!stopped) timer = ports.clock.after(times.intervalMs, probe);
    };
    if (times.timeoutMs > 0) {
      timer = ports.clock.after(times.timeoutMs, () => {
        cancelProbe();
        end({ kind: 'failed', message: `no answer within ${times.timeoutMs} ms` });
      });
    }
    cancelProbe = ports.prober.probe(spec, end);
  };

  timer = ports.clock.after(times.delayMs, probe);
  return () => {
    stopped = true;
    timer.cancel();
    cancelProbe();
  };
}
