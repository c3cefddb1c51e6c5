import { systemStats } from '../runtime/system-stats.js';
import { gauge, type Metric } from './metric.js';

/** What the machine as a whole has and does. */
export function systemMetrics(): Metric[] {
  const { cpus, load, memTotalBytes, memFreeBytes } = systemStats();
  const [one, five, fifteen] = load;
  return [
    gauge('system/cpus_total', cpus),
    gauge('system/load_1min', one),
    gauge('system/load_5min', five),
    gauge('system/load_15min', fifteen),
    gauge('system/mem_total_bytes', memTotalBytes),
    gauge('system/mem_free_bytes', memFreeBytes),
  ];
}
