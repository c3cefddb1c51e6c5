import type { FrameworkId } from '../../common/ids.js';
import type { RegistryOperation } from './operation.js';
import { deleteFramework } from './records.js';

/** The frameworks were torn down long ago, or were never told that they had subscribed. */
export function forgetFrameworks(ids: readonly FrameworkId[]): RegistryOperation {
  return { name: 'forget frameworks', changes: ids.map(deleteFramework) };
}
