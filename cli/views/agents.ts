import { type MasterCall, type MasterResponse, mesos } from '../../proto/index.js';
import type { OperatorClient } from '../cluster/operator-client.js';
import type { Listing } from '../output/printer.js';
import { ago, portsOf, scalarOf, share } from './format.js';
import { plainAgent } from './plain.js';

/** An agent as the master's GET_AGENTS has it. */
export type AgentRow = mesos.v1.master.Response.GetAgents.Agent.$Properties;

/** Every registered agent, by host name. */
export async function readAgents(master: OperatorClient<MasterCall, MasterResponse>): Promise<AgentRow[]> {
  const response = await master.call({ type: mesos.v1.master.Call.Type.GET_AGENTS });
  const agents = response.getAgents?.agents ?? [];
  return [...agents].sort((a, b) => (a.agentInfo.hostname < b.agentInfo.hostname ? -1 : 1));
}

/** `host:port` of the agent's API, from its pid `slave(1)@ip:port`. */
export function agentAddress(agent: AgentRow): string {
  return agent.pid?.split('@')[1] ?? `${agent.agentInfo.hostname}:${agent.agentInfo.port ?? 5051}`;
}

const used = (agent: AgentRow, name: string) =>
  share(scalarOf(agent.allocatedResources, name), scalarOf(agent.totalResources, name));

/** Columns of the list of agents: amounts as used of total, in cores and MiB. */
export const AGENT_LISTING: Listing<AgentRow> = {
  name: ({ agentInfo }) => agentInfo.id?.value ?? '',
  data: plainAgent,
  empty: 'No agents. Start one with: meseta agent --master=HOST:PORT --work_dir=DIR',
  columns: [
    { title: 'ID', of: ({ agentInfo }) => agentInfo.id?.value ?? '' },
    { title: 'HOST', of: ({ agentInfo }) => agentInfo.hostname },
    {
      title: 'STATE',
      of: ({ active }) => (active === true ? 'active' : 'inactive'),
      paint: (cell, { active }, style) => (active === true ? style.green(cell) : style.red(cell)),
    },
    { title: 'CPUS', align: 'right', of: (agent) => used(agent, 'cpus') },
    { title: 'MEM', align: 'right', of: (agent) => used(agent, 'mem') },
    { title: 'DISK', align: 'right', of: (agent) => used(agent, 'disk') },
    { title: 'SINCE', align: 'right', of: (agent) => ago((agent.registeredTime?.nanoseconds ?? 0) / 1e6, Date.now()) },
    { title: 'ATTRIBUTES', of: ({ agentInfo }) => (agentInfo.attributes ?? []).map(printAttribute).join(' ') },
  ],
  wide: [
    { title: 'ADDRESS', of: agentAddress },
    { title: 'PORTS', of: (agent) => portsOf(agent.totalResources) },
  ],
};

function printAttribute(attribute: mesos.v1.Attribute.$Properties): string {
  const value =
    attribute.text?.value ??
    attribute.scalar?.value ??
    (attribute.ranges?.range ?? []).map(({ begin, end }) => `${begin}-${end}`).join(',');
  return `${attribute.name}=${value}`;
}
