import type { AgentId, FrameworkId } from '../../common/ids.js';
import type { StoreChange } from '../../common/store/store.js';
import { meseta } from '../../proto/index.js';

/** Newest layout of the registry that this release reads and writes. */
export const REGISTRY_FORMAT = 1;

export const MASTER_KEY = 'master';
export const AGENT_PREFIX = 'agent/';
export const FRAMEWORK_PREFIX = 'framework/';

export type AgentRecord = meseta.v1.AgentRecord.$Properties;
export type FrameworkRecord = meseta.v1.FrameworkRecord.$Properties;
export type MasterRecord = meseta.v1.MasterRecord.$Properties;

export function putAgent(id: AgentId, record: AgentRecord): StoreChange {
  return { op: 'put', key: AGENT_PREFIX + id, value: meseta.v1.AgentRecord.encode(record).finish() };
}

export function deleteAgent(id: AgentId): StoreChange {
  return { op: 'delete', key: AGENT_PREFIX + id };
}

export function putFramework(id: FrameworkId, record: FrameworkRecord): StoreChange {
  return { op: 'put', key: FRAMEWORK_PREFIX + id, value: meseta.v1.FrameworkRecord.encode(record).finish() };
}

export function deleteFramework(id: FrameworkId): StoreChange {
  return { op: 'delete', key: FRAMEWORK_PREFIX + id };
}

export function putMaster(record: MasterRecord): StoreChange {
  return { op: 'put', key: MASTER_KEY, value: meseta.v1.MasterRecord.encode(record).finish() };
}
