import type { AgentId, FrameworkId } from '../../common/ids.js';
import type { StoreChange } from '../../common/store/store.js';
import { meseta } from '../../proto/index.js';

/** Newest layout of the registry that this release reads and writes. */
export const REGISTRY_FORMAT = 1;

/** Where records stand in the store: the one of the master under its key, the others under prefix and id. */
export const MASTER_KEY = 'master';
export const AGENT_PREFIX = 'agent/';
export const FRAMEWORK_PREFIX = 'framework/';

/** The stored records, in the shapes of `proto/meseta`. */
export type AgentRecord = meseta.v1.AgentRecord.$Properties;
export type FrameworkRecord = meseta.v1.FrameworkRecord.$Properties;
export type MasterRecord = meseta.v1.MasterRecord.$Properties;

/** Adds the agent to the registry or replaces its record. */
export function putAgent(id: AgentId, record: AgentRecord): StoreChange {
  return { op: 'put', key: AGENT_PREFIX + id, value: meseta.v1.AgentRecord.encode(record).finish() };
}

/** Takes the agent out of the registry; harmless when it is not there. */
export function deleteAgent(id: AgentId): StoreChange {
  return { op: 'delete', key: AGENT_PREFIX + id };
}

/** Adds the framework or replaces its record. */
export function putFramework(id: FrameworkId, record: FrameworkRecord): StoreChange {
  return { op: 'put', key: FRAMEWORK_PREFIX + id, value: meseta.v1.FrameworkRecord.encode(record).finish() };
}

/** Takes the framework out; harmless when it is not there. */
export function deleteFramework(id: FrameworkId): StoreChange {
  return { op: 'delete', key: FRAMEWORK_PREFIX + id };
}

/** Replaces the one record that is about the master itself. */
export function putMaster(record: MasterRecord): StoreChange {
  return { op: 'put', key: MASTER_KEY, value: meseta.v1.MasterRecord.encode(record).finish() };
}
