import { counter, gauge, type Metric } from '../../common/metrics/metric.js';
import type { Fetch } from '../containerizer/fetcher/fetch.js';
import type { GarbageFigures } from '../sandbox/garbage.js';

/** How many tasks got all their files, and how many did not. */
export interface FetchFigures {
  succeeded: number;
  failed: number;
}

/** Fetches as `fetch` does, and counts. */
export function countFetches(fetch: Fetch, figures: FetchFigures): Fetch {
  return async (request, signal) => {
    try {
      await fetch(request, signal);
      figures.succeeded += 1;
    } catch (error) {
      figures.failed += 1;
      throw error;
    }
  };
}

/** What the agent's process does around its core: fetching, launching, deleting old sandboxes. */
export interface ProcessFigures {
  readonly fetches: FetchFigures;
  readonly fetcherCacheBytes: number;
  /** How long recovery took, ms. */
  readonly recoveryMs: number;
  readonly launchesFailed: () => number;
  readonly garbage: () => GarbageFigures;
}

/** The figures under the names of the original. How full the fetcher's cache is, is not known here. */
export function processMetrics(figures: ProcessFigures): Metric[] {
  const garbage = figures.garbage();
  return [
    counter('containerizer/fetcher/task_fetches_succeeded', figures.fetches.succeeded),
    counter('containerizer/fetcher/task_fetches_failed', figures.fetches.failed),
    gauge('containerizer/fetcher/cache_size_total_bytes', figures.fetcherCacheBytes),
    gauge('containerizer/fetcher/cache_size_used_bytes', 0),
    counter('slave/container_launch_errors', figures.launchesFailed()),
    counter('gc/path_removals_succeeded', garbage.succeeded),
    counter('gc/path_removals_failed', garbage.failed),
    gauge('gc/path_removals_pending', garbage.pending),
    gauge('slave/executor_directory_max_allowed_age_secs', garbage.allowedAgeMs / 1000),
    gauge('slave/recovery_time_secs', figures.recoveryMs / 1000),
  ];
}
