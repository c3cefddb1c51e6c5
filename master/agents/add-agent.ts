import type { AgentId, FrameworkId } from '../../common/ids.js';
import { Resources } from '../../common/resources/resources.js';
import type { AgentInfo, meseta } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import type { AgentRow } from '../state/agents.js';
import { startPings } from './ping.js';
import type { AgentSession } from './session.js';

/** What an agent says of itself on its way in. */
export interface AgentIntroduction {
  readonly info: AgentInfo;
  readonly capabilities: readonly meseta.v1.AgentCapability[];
  readonly version: string;
  /** Address that others reach it by; undefined: the host name must do. */
  readonly ip: string | undefined;
}

/** Enters an agent that has been admitted durably, and starts its pings. The allocator hears of it in `offerAgent`. */
export function addAgent(
  context: MasterContext,
  id: AgentId,
  { info, capabilities, version, ip }: AgentIntroduction,
  session: AgentSession,
): AgentRow {
  const wallMs = context.clock.wallMs();
  const agent: AgentRow = {
    id,
    info,
    capabilities,
    version,
    ip,
    total: Resources.fromWire(info.resources),
    connection: session.open
      ? { kind: 'connected', link: session.link }
      : { kind: 'disconnected', sinceWallMs: wallMs },
    registeredWallMs: wallMs,
    reregisteredWallMs: undefined,
    tasks: new Map(),
    executors: new Map(),
    offers: new Set(),
    pingsMissed: 0,
    pingTimer: undefined,
    leaving: false,
  };
  context.agents.move(id, { standing: 'registered', row: agent });
  session.agentId = id;
  startPings(context, agent);
  return agent;
}

/** Makes the agent known to the allocator, with what runs on it. */
export function offerAgent(context: MasterContext, agent: AgentRow): void {
  context.allocator.addAgent(agent.id, agent.total, heldOn(agent));
  if (agent.connection.kind === 'disconnected') context.allocator.deactivateAgent(agent.id);
  context.requestAllocation();
}

/** What tasks and executors hold on the agent, by framework. */
function heldOn(agent: AgentRow): Map<FrameworkId, Resources> {
  const held = new Map<FrameworkId, Resources>();
  const add = (framework: FrameworkId, resources: Resources) =>
    held.set(framework, (held.get(framework) ?? Resources.EMPTY).plus(resources));
  for (const [framework, tasks] of agent.tasks) {
    for (const task of tasks.values()) if (task.holdsResources) add(framework, task.resources);
  }
  for (const [framework, executors] of agent.executors) {
    for (const executor of executors.values()) add(framework, executor.resources);
  }
  return held;
}
