import type { Offer, Resource } from '../../proto/index.js';
import { DEFAULT_AGENT_PORT } from '../agents/port.js';
import { hasCapability } from '../frameworks/capabilities.js';
import { type AgentRow, ipOf } from '../state/agents.js';
import type { FrameworkRow } from '../state/frameworks.js';
import type { OfferRow } from '../state/offers.js';

/**
 * The offer as the framework's capabilities want it: without MULTI_ROLE no allocation is named, without
 * RESERVATION_REFINEMENT reservations are in the older format.
 */
export function toWireOffer(offer: OfferRow, agent: AgentRow, framework: FrameworkRow): Offer {
  const { info } = agent;
  const multiRole = hasCapability(framework.info, 'MULTI_ROLE');
  return {
    id: { value: offer.id },
    frameworkId: { value: framework.id },
    agentId: { value: agent.id },
    hostname: info.hostname,
    resources: toWireResources(offer, framework, multiRole),
    executorIds: [...(agent.executors.get(framework.id)?.keys() ?? [])].map((value) => ({ value })),
    attributes: info.attributes ?? [],
    url: {
      scheme: 'http',
      address: toAddress(agent),
      path: '/slave(1)',
    },
    ...(multiRole && { allocationInfo: { role: offer.role } }),
    ...(info.domain && { domain: info.domain }),
  };
}

function toAddress(agent: AgentRow) {
  const { hostname, port } = agent.info;
  const ip = ipOf(agent);
  return { hostname, ...(ip !== undefined && { ip }), port: port ?? DEFAULT_AGENT_PORT };
}

function toWireResources(offer: OfferRow, framework: FrameworkRow, multiRole: boolean): Resource[] {
  const resources = multiRole ? offer.resources : offer.resources.unallocated();
  return resources.toWire(hasCapability(framework.info, 'RESERVATION_REFINEMENT') ? 'current' : 'legacy');
}
