import { Resources } from '../../common/resources/resources.js';
import { API_VERSION } from '../../common/version.js';
import { meseta, mesos } from '../../proto/index.js';
import { DEFAULT_AGENT_PORT } from '../agents/port.js';
import type { AgentRow } from '../state/agents.js';
import { ipOf, isConnected, tasksOf } from '../state/agents.js';
import { timeInfo } from './time-info.js';

type AgentAnswer = mesos.v1.master.Response.GetAgents.Agent.$Properties;
type Capability = mesos.v1.AgentInfo.Capability.$Properties;

const { Type } = mesos.v1.AgentInfo.Capability;

/** What the tasks and executors on an agent hold. */
export function usedOn(agent: AgentRow): Resources {
  const held = [...tasksOf(agent)].filter((row) => row.holdsResources).map((row) => row.resources);
  const executors = [...agent.executors.values()].flatMap((rows) => [...rows.values()].map((row) => row.resources));
  return Resources.sum([...held, ...executors]);
}

/** What of an agent is offered at present. */
export function offeredOn(agent: AgentRow): Resources {
  return Resources.sum([...agent.offers].map((offer) => offer.resources));
}

/** `slave(1)@ip:port`: the form in which the original's clients expect an agent's address. */
export function agentPid(agent: AgentRow): string {
  const { hostname, port } = agent.info;
  return `slave(1)@${ipOf(agent) ?? hostname}:${port ?? DEFAULT_AGENT_PORT}`;
}

/** An agent's capabilities by the public names. */
export function agentCapabilities({ capabilities }: AgentRow): Capability[] {
  return capabilities.flatMap((capability) => {
    const name = meseta.v1.AgentCapability[capability] as keyof typeof Type | undefined;
    return name === undefined || Type[name] === undefined ? [] : [{ type: Type[name] }];
  });
}

/** An agent as GET_AGENTS shows it. */
export function toAgentAnswer(agent: AgentRow): AgentAnswer {
  return {
    agentInfo: { ...agent.info, checkpoint: true }, // shown by the master only, as in the original
    active: isConnected(agent),
    version: API_VERSION,
    pid: agentPid(agent),
    registeredTime: timeInfo(agent.registeredWallMs),
    reregisteredTime: agent.reregisteredWallMs === undefined ? null : timeInfo(agent.reregisteredWallMs),
    totalResources: agent.total.toWire('endpoint'),
    allocatedResources: usedOn(agent).toWire('endpoint'),
    offeredResources: offeredOn(agent).toWire('endpoint'),
    capabilities: agentCapabilities(agent),
    deactivated: false,
  };
}
