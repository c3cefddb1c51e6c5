import type { FrameworkId } from '../../common/ids.js';
import type { FrameworkInfo } from '../../proto/index.js';
import type { RegistryOperation } from './operation.js';
import { putFramework } from './records.js';

/**
 * What must outlive the master of a live framework. `deadlineWallMs`: when it is torn down unless its scheduler
 * returns, in milliseconds since the epoch; undefined while connected, when a failover grants it the full time.
 */
export function saveFramework(
  id: FrameworkId,
  framework: FrameworkInfo,
  deadlineWallMs: number | undefined,
): RegistryOperation {
  const record = { framework, failoverDeadlineMs: deadlineWallMs ?? null };
  return { name: 'save framework', changes: [putFramework(id, record)] };
}
