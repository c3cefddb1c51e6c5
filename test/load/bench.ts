/** What a benchmark returns; `scripts/bench` prints it as a table or as one line of JSON. */
export interface BenchResult {
  readonly name: string;
  readonly rows: readonly BenchRow[];
  /** Facts a reader needs to judge the figures: machine, commit, options. */
  readonly notes?: readonly string[];
}

export interface BenchRow {
  readonly what: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
  /** Further quantiles by name, e.g. `p99`. */
  readonly [quantile: string]: number | string;
}

/** The row of a series: median with spread, and the 99th percentile when there are enough figures for one. */
export function summarizeSeries(what: string, unit: string, figures: readonly number[]): BenchRow {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  const row = { what, unit, median: at(0.5), min: at(0), max: at(1), runs: sorted.length };
  return sorted.length >= 100 ? { ...row, p90: at(0.9), p99: at(0.99) } : row;
}
