import type { AgentId } from '../../common/ids.js';
import { type AgentInfo, meseta } from '../../proto/index.js';
import type { RegistryOperation } from './operation.js';
import { putAgent } from './records.js';

/**
 * The agent may be offered from now on: a new one, one that comes back from being unreachable, or one whose info has
 * changed. `wallMs`: milliseconds since the epoch.
 */
export function admitAgent(id: AgentId, agent: AgentInfo, wallMs: number): RegistryOperation {
  const standing = meseta.v1.AgentStanding.ADMITTED;
  return { name: 'admit agent', changes: [putAgent(id, { agent, standing, sinceMs: wallMs })] };
}
