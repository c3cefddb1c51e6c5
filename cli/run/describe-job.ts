import type { JobView } from '../../frameworks/jobs/cli/api.js';

/** `3 running, 1 waiting`; of a single task its state alone. */
export function describeCounts({ counts, submission }: Pick<JobView, 'counts' | 'submission'>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => (submission.count > 1 ? `${count} ${state}` : state))
    .join(', ');
}
