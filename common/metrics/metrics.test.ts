import { describe, expect, it } from 'vitest';
import { parseResources } from '../resources/parse.js';
import { counter, gauge, gaugeOf } from './metric.js';
import { printPrometheus } from './prometheus.js';
import { resourceMetrics } from './resource-metrics.js';
import { Timings } from './timings.js';

const valuesOf = (metrics: readonly { name: string; value: number }[]) =>
  Object.fromEntries(metrics.map(({ name, value }) => [name, value]));

describe('Timings', () => {
  it('are zeros before the first value', () => {
    expect(new Set(new Timings().metrics('x_ms').map(({ value }) => value))).toEqual(new Set([0]));
  });

  it('tell the last value, how many there were, and the spread', () => {
    const timings = new Timings();
    for (let ms = 100; ms >= 1; ms--) timings.record(ms);
    expect(valuesOf(timings.metrics('x_ms'))).toEqual({
      ...{ x_ms: 1, 'x_ms/count': 100, 'x_ms/min': 1, 'x_ms/max': 100, 'x_ms/p50': 50, 'x_ms/p90': 90 },
      ...{ 'x_ms/p95': 95, 'x_ms/p99': 99, 'x_ms/p999': 100, 'x_ms/p9999': 100 },
    });
  });

  it('forget all but the last thousand, except in the count', () => {
    const timings = new Timings();
    for (let ms = 1; ms <= 2500; ms++) timings.record(ms);
    expect(valuesOf(timings.metrics('x_ms'))).toMatchObject({ x_ms: 2500, 'x_ms/count': 2500, 'x_ms/min': 1501 });
  });
});

describe('resourceMetrics()', () => {
  it('never divides by nothing', () => {
    const metrics = valuesOf(resourceMetrics('slave', parseResources('cpus:4'), parseResources('cpus:1')));
    expect(metrics).toMatchObject({
      'slave/cpus_percent': 0.25,
      'slave/gpus_percent': 0,
      'slave/cpus_revocable_total': 0,
    });
    expect(Object.keys(metrics)).toHaveLength(24);
  });
});

describe('printPrometheus()', () => {
  it('prints a type once, then every member of the family with its labels', () => {
    const roles = ['a', 'b"\\\n'].map((role) => gaugeOf(`roles/${role}/share`, 0.5, 'roles/share', { role }));
    expect(printPrometheus([counter('master/tasks_lost', 3), ...roles, gauge('x/p50', 1)])).toBe(
      [
        ...['# TYPE master_tasks_lost counter', 'master_tasks_lost 3'],
        ...['# TYPE roles_share gauge', 'roles_share{role="a"} 0.5', 'roles_share{role="b\\"\\\\\\n"} 0.5'],
        ...['# TYPE x_p50 gauge', 'x_p50 1', ''],
      ].join('\n'),
    );
  });
});
