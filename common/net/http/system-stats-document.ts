import { systemStats } from '../../runtime/system-stats.js';

/** The whole of `/system/stats.json`. */
export function systemStatsDocument(): Readonly<Record<string, number>> {
  const { cpus, load, memTotalBytes, memFreeBytes } = systemStats();
  const [one, five, fifteen] = load;
  return {
    avg_load_1min: one,
    avg_load_5min: five,
    avg_load_15min: fifteen,
    cpus_total: cpus,
    mem_total_bytes: memTotalBytes,
    mem_free_bytes: memFreeBytes,
  };
}
