import type { AgentId } from '../../common/ids.js';
import { type AgentInfo, meseta } from '../../proto/index.js';
import type { RegistryOperation } from './operation.js';
import { putAgent } from './records.js';

/** An operator declared the agent lost for good; it is refused when it returns. */
export function markGone(id: AgentId, agent: AgentInfo, wallMs: number): RegistryOperation {
  const standing = meseta.v1.AgentStanding.GONE;
  return { name: 'mark agent gone', changes: [putAgent(id, { agent, standing, sinceMs: wallMs })] };
}
