import { Resources } from '../../common/resources/resources.js';
import type { mesos, Offer } from '../../proto/index.js';
import type { Master } from '../master.js';
import type { AgentTable } from '../state/agents.js';
import type { CompletedFramework, FrameworkRow } from '../state/frameworks.js';
import type { OfferRow } from '../state/offers.js';
import { timeInfo } from './time-info.js';

type FrameworkAnswer = mesos.v1.master.Response.GetFrameworks.Framework.$Properties;

/** What the framework's tasks and executors hold, on all agents. */
export function usedBy(framework: FrameworkRow, agents: AgentTable): Resources {
  const tasks = [...framework.tasks.values()].filter((row) => row.holdsResources).map((row) => row.resources);
  const executors = [...framework.agents].flatMap((agentId) => {
    const rows = agents.registered.get(agentId)?.executors.get(framework.id);
    return rows === undefined ? [] : [...rows.values()].map((row) => row.resources);
  });
  return Resources.sum([...tasks, ...executors]);
}

/** What is offered to the framework at present. */
export function offeredTo(framework: FrameworkRow): Resources {
  return Resources.sum([...framework.offers].map((offer) => offer.resources));
}

/** A framework as GET_FRAMEWORKS shows it. */
export function toFrameworkAnswer(framework: FrameworkRow, { agents }: Master): FrameworkAnswer {
  const connected = framework.connection.kind === 'connected';
  return {
    frameworkInfo: framework.info,
    active: connected,
    connected,
    recovered: framework.connection.kind === 'recovered',
    registeredTime: timeInfo(framework.registeredWallMs),
    reregisteredTime: timeInfo(framework.reregisteredWallMs ?? framework.registeredWallMs),
    offers: [...framework.offers].map((offer) => toOfferAnswer(offer, agents)),
    allocatedResources: usedBy(framework, agents).toWire('endpoint'),
    offeredResources: offeredTo(framework).toWire('endpoint'),
    offerConstraints: {},
  };
}

/** A torn-down framework as GET_FRAMEWORKS shows it. */
export function toCompletedFrameworkAnswer(framework: CompletedFramework): FrameworkAnswer {
  return {
    frameworkInfo: framework.info,
    active: false,
    connected: false,
    recovered: false,
    registeredTime: timeInfo(framework.registeredWallMs),
    reregisteredTime: timeInfo(framework.registeredWallMs),
    unregisteredTime: timeInfo(framework.unregisteredWallMs),
    offerConstraints: {},
  };
}

function toOfferAnswer(offer: OfferRow, agents: AgentTable): Offer {
  return {
    id: { value: offer.id },
    frameworkId: { value: offer.frameworkId },
    agentId: { value: offer.agentId },
    hostname: agents.registered.get(offer.agentId)?.info.hostname ?? '',
    resources: offer.resources.toWire('endpoint'),
    allocationInfo: { role: offer.role },
  };
}
