import { fullDocument } from '../../../common/net/http/resource-document.js';
import type { Master } from '../../master.js';
import type { AgentRow } from '../../state/agents.js';
import { offeredOn, usedOn } from '../agent-view.js';
import { agentDocument, recoveredDocument } from '../state-document.js';

type Document = Readonly<Record<string, unknown>>;

/** The whole of `/slaves`; with `agentId` only the agent of that id. */
export function agentsDocument({ agents }: Master, agentId: string | null): Document {
  const wanted = (id: string) => agentId === null || id === agentId;
  return {
    slaves: [...agents.registered.values()].filter(({ id }) => wanted(id)).map(fullAgentDocument),
    recovered_slaves: [...agents.recovered].filter(([id]) => wanted(id)).map(([, { info }]) => recoveredDocument(info)),
  };
}

function fullAgentDocument(agent: AgentRow): Document {
  const reserved = [...agent.total.reservations()].map(([role, resources]) => [role, fullDocument(resources)]);
  return {
    ...agentDocument(agent),
    reserved_resources_full: Object.fromEntries(reserved),
    unreserved_resources_full: fullDocument(agent.total.unreserved()),
    used_resources_full: fullDocument(usedOn(agent)),
    offered_resources_full: fullDocument(offeredOn(agent)),
  };
}
