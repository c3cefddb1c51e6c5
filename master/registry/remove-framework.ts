import type { FrameworkId } from '../../common/ids.js';
import type { FrameworkInfo } from '../../proto/index.js';
import type { RegistryOperation } from './operation.js';
import { putFramework } from './records.js';

/** The framework was torn down: a late return is refused from now on. */
export function removeFramework(id: FrameworkId, framework: FrameworkInfo): RegistryOperation {
  return { name: 'remove framework', changes: [putFramework(id, { framework, removed: true })] };
}
