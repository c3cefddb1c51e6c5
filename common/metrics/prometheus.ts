import type { Metric } from './metric.js';

/** What Prometheus wants the text format called. */
export const PROMETHEUS_MEDIA = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Prints metrics in the text format of Prometheus: `master/slaves_active` becomes `master_slaves_active`, the members of
 * a family become one name with labels. https://prometheus.io/docs/instrumenting/exposition_formats
 */
export function printPrometheus(metrics: Iterable<Metric>): string {
  const families = new Map<string, { readonly kind: Metric['kind']; readonly lines: string[] }>();
  for (const { name, value, kind, series } of metrics) {
    const family = (series?.family ?? name).replaceAll(/[^A-Za-z0-9_]/g, '_');
    const known = families.get(family) ?? { kind, lines: [] };
    known.lines.push(`${family}${printLabels(series?.labels)} ${value}`);
    families.set(family, known);
  }
  const lines = [...families].flatMap(([name, family]) => [`# TYPE ${name} ${family.kind}`, ...family.lines]);
  return `${lines.join('\n')}\n`;
}

function printLabels(labels: Readonly<Record<string, string>> | undefined): string {
  if (labels === undefined) return '';
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
