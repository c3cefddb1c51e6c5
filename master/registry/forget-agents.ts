import type { AgentId } from '../../common/ids.js';
import type { RegistryOperation } from './operation.js';
import { deleteAgent } from './records.js';

/** The agents left for good, were never told their ids, or were unreachable or gone for too long. */
export function forgetAgents(ids: readonly AgentId[]): RegistryOperation {
  return { name: 'forget agents', changes: ids.map(deleteAgent) };
}
