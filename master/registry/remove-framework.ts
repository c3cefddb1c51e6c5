import type { FrameworkId } from '../../common/ids.js';
import type { FrameworkInfo } from '../../proto/index.js';
import type { RegistryOperation } from './operation.js';
import { deleteFramework, putFramework } from './records.js';

/** The framework was torn down: a late return is refused until `forgotten`, the oldest removed ones, includes it. */
export function removeFramework(
  id: FrameworkId,
  framework: FrameworkInfo,
  forgotten: readonly FrameworkId[],
): RegistryOperation {
  const changes = [putFramework(id, { framework, removed: true }), ...forgotten.map(deleteFramework)];
  return { name: 'remove framework', changes };
}
