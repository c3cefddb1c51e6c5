import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';

/** What the machine as a whole has and does. */
export interface SystemStats {
  readonly cpus: number;
  /** Processes that ran or waited to, on average over 1, 5 and 15 minutes. */
  readonly load: readonly [number, number, number];
  readonly memTotalBytes: number;
  readonly memFreeBytes: number;
}

/** Asks the operating system. */
export function systemStats(): SystemStats {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return {
    cpus: availableParallelism(),
    load: [one, five, fifteen],
    memTotalBytes: totalmem(),
    memFreeBytes: freemem(),
  };
}
