import { counter, gauge, type Metric } from '../../common/metrics/metric.js';
import { systemMetrics } from '../../common/metrics/system-metrics.js';
import { rolesOf } from '../api/role-view.js';
import type { Master } from '../master.js';
import { CONSTANT_METRICS } from './constant.js';
import { frameworkMetrics } from './framework-metrics.js';
import { roleMetrics } from './role-metrics.js';
import { tableMetrics, totalScalars } from './table-metrics.js';

/** Every figure of the master as it is now, each name once. `uptimeMs`: how long the process has run. */
export function masterMetrics(master: Master, uptimeMs: number): Metric[] {
  const [roles, total] = [rolesOf(master), totalScalars(master)];
  const metrics = [
    ...CONSTANT_METRICS,
    ...[...master.counters.entries()].map(([name, value]) => counter(`master/${name}`, value)),
    ...tableMetrics(master, roles, total),
    ...roleMetrics(master, roles, total),
    ...frameworkMetrics(master),
    ...master.workMetrics(),
    gauge('master/uptime_secs', uptimeMs / 1000),
    ...systemMetrics(),
  ];
  return [...new Map(metrics.map((metric) => [metric.name, metric])).values()]; // what was counted replaces its zero
}
