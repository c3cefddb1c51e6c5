/** One figure, under its name in `/metrics/snapshot`. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  /** A counter never falls while the daemon lives. */
  readonly kind: 'counter' | 'gauge';
  /** For figures of which there is one per framework, role and so on: what they have in common, and which this is. */
  readonly series?: { readonly family: string; readonly labels: Readonly<Record<string, string>> };
}

/** A figure that may rise and fall. */
export function gauge(name: string, value: number): Metric {
  return { name, value, kind: 'gauge' };
}

/** A figure that only grows while the daemon lives; it starts at 0 again with the next. */
export function counter(name: string, value: number): Metric {
  return { name, value, kind: 'counter' };
}

/** A counter of one member of a family. */
export function counterOf(
  name: string,
  value: number,
  family: string,
  labels: Readonly<Record<string, string>>,
): Metric {
  return { name, value, kind: 'counter', series: { family, labels } };
}

/** A gauge of one member of a family, such as a role. */
export function gaugeOf(name: string, value: number, family: string, labels: Readonly<Record<string, string>>): Metric {
  return { name, value, kind: 'gauge', series: { family, labels } };
}
