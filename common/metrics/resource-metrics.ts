import type { Resources } from '../resources/resources.js';
import { gauge, type Metric } from './metric.js';

const NAMES = ['cpus', 'disk', 'gpus', 'mem'];

/** Total, used and the used fraction of each scalar resource, revocable ones apart, under `<prefix>/cpus_total` and so on. */
export function resourceMetrics(prefix: string, total: Resources, used: Resources): Metric[] {
  return [
    ...metricsOf(prefix, '', total.nonRevocable(), used.nonRevocable()),
    ...metricsOf(prefix, '_revocable', total.revocable(), used.revocable()),
  ];
}

function metricsOf(prefix: string, suffix: string, total: Resources, used: Resources): Metric[] {
  const [had, held] = [total.scalars(), used.scalars()];
  return NAMES.flatMap((name) => {
    const [all, some] = [had.get(name) ?? 0, held.get(name) ?? 0];
    return [
      gauge(`${prefix}/${name}${suffix}_total`, all / 1000),
      gauge(`${prefix}/${name}${suffix}_used`, some / 1000),
      gauge(`${prefix}/${name}${suffix}_percent`, all === 0 ? 0 : some / all),
    ];
  });
}
