import { type AgentId, agentId, type FrameworkId, frameworkId } from '../../common/ids.js';
import { CodedError, messageOf } from '../../common/runtime/errors.js';
import type { Store, StorePair } from '../../common/store/store.js';
import { meseta } from '../../proto/index.js';
import {
  AGENT_PREFIX,
  type AgentRecord,
  FRAMEWORK_PREFIX,
  type FrameworkRecord,
  MASTER_KEY,
  REGISTRY_FORMAT,
} from './records.js';

/** All that the registry holds. */
export interface Registry {
  readonly agents: ReadonlyMap<AgentId, AgentRecord>;
  readonly frameworks: ReadonlyMap<FrameworkId, FrameworkRecord>;
}

/** Reads the whole registry. Fails with `CORRUPT` on what cannot be read, naming the key: nothing is guessed. */
export function readRegistry(store: Store, done: (outcome: Registry | Error) => void): void {
  store.read('', (outcome) => done(outcome instanceof Error ? outcome : decodeRegistry(outcome)));
}

function decodeRegistry(pairs: readonly StorePair[]): Registry | Error {
  const agents = new Map<AgentId, AgentRecord>();
  const frameworks = new Map<FrameworkId, FrameworkRecord>();
  for (const [key, value] of pairs) {
    try {
      if (key === MASTER_KEY) checkFormat(meseta.v1.MasterRecord.decode(value).format);
      else if (key.startsWith(AGENT_PREFIX)) {
        agents.set(agentId(key.slice(AGENT_PREFIX.length)), meseta.v1.AgentRecord.decode(value));
      } else if (key.startsWith(FRAMEWORK_PREFIX)) {
        frameworks.set(frameworkId(key.slice(FRAMEWORK_PREFIX.length)), meseta.v1.FrameworkRecord.decode(value));
      }
    } catch (error) {
      return new CodedError('CORRUPT', `Cannot read registry: ${key} is damaged, ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
  return { agents, frameworks };
}

function checkFormat(format: number): void {
  if (format <= REGISTRY_FORMAT) return;
  throw new CodedError('CORRUPT', `its format is ${format}, this release reads up to ${REGISTRY_FORMAT}`);
}
