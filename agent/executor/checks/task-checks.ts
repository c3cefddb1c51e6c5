import type { Clock } from '../../../common/runtime/clock.js';
import type { CheckStatusInfo, TaskInfo } from '../../../proto/index.js';
import { checkProbe, checkStatus, healthProbe, isHealthy, type ProbePlace } from './probe-spec.js';
import type { Prober } from './prober.js';
import { scheduleProbes } from './schedule.js';

/** Who hears of a task's checks. */
interface CheckListener {
  /** The first good result, each failure, and the first good result after failures. `kill`: it has failed too often. */
  health(healthy: boolean, kill: boolean): void;
  /** The check's result differs from the one before. */
  checked(status: CheckStatusInfo): void;
}

/** Runs the health check and the check of a task whose process started `runningMs` ago. Returns what stops them. */
export function startChecks(
  ports: { readonly clock: Clock; readonly prober: Prober },
  task: TaskInfo,
  place: ProbePlace,
  runningMs: number,
  listener: CheckListener,
): () => void {
  const stops = [startHealthCheck(ports, task, place, runningMs, listener), startCheck(ports, task, place, listener)];
  return () => {
    for (const stop of stops) stop();
  };
}

type Ports = Parameters<typeof startChecks>[0];

function startHealthCheck(
  ports: Ports,
  { healthCheck }: TaskInfo,
  place: ProbePlace,
  runningMs: number,
  listener: CheckListener,
): () => void {
  const spec = healthCheck && healthProbe(healthCheck, place);
  if (!spec) return () => {};
  const graceEndsAt = ports.clock.nowMs() - runningMs + (healthCheck.gracePeriodSeconds ?? 10) * 1000;
  const tolerated = healthCheck.consecutiveFailures ?? 3;
  let everHealthy = false;
  let failures = 0;
  return scheduleProbes(ports, spec, timesOf(healthCheck), (result) => {
    if (isHealthy(healthCheck, result)) {
      const news = !everHealthy || failures > 0;
      everHealthy = true;
      failures = 0;
      if (news) listener.health(true, false);
      return;
    }
    if (!everHealthy && ports.clock.nowMs() < graceEndsAt) return; // it may still be starting
    failures += 1;
    listener.health(false, failures >= tolerated);
  });
}

function startCheck(ports: Ports, { check }: TaskInfo, place: ProbePlace, listener: CheckListener): () => void {
  const spec = check && checkProbe(check, place);
  if (!spec) return () => {};
  let last = JSON.stringify(checkStatus(check));
  return scheduleProbes(ports, spec, timesOf(check), (result) => {
    const status = checkStatus(check, result);
    const text = JSON.stringify(status);
    if (text === last) return;
    last = text;
    listener.checked(status);
  });
}

interface Seconds {
  readonly delaySeconds?: number | null;
  readonly intervalSeconds?: number | null;
  readonly timeoutSeconds?: number | null;
}

function timesOf({ delaySeconds, intervalSeconds, timeoutSeconds }: Seconds) {
  return {
    delayMs: (delaySeconds ?? 15) * 1000,
    intervalMs: (intervalSeconds ?? 10) * 1000,
    timeoutMs: (timeoutSeconds ?? 20) * 1000,
  };
}
