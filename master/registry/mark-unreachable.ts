import type { AgentId } from '../../common/ids.js';
import { type AgentInfo, meseta } from '../../proto/index.js';
import type { RegistryOperation } from './operation.js';
import { putAgent } from './records.js';

/** The agent failed its pings, or did not come back after a failover; it may return. */
export function markUnreachable(id: AgentId, agent: AgentInfo, wallMs: number): RegistryOperation {
  const standing = meseta.v1.AgentStanding.UNREACHABLE;
  return { name: 'mark agent unreachable', changes: [putAgent(id, { agent, standing, sinceMs: wallMs })] };
}
