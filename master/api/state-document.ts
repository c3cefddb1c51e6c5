import { summarizeAttributes } from '../../common/attributes.js';
import { type Json, objectOf } from '../../common/net/http/json-pieces.js';
import { labelsDocument } from '../../common/net/http/task-document.js';
import { Resources } from '../../common/resources/resources.js';
import { summarize } from '../../common/resources/summary.js';
import { API_VERSION } from '../../common/version.js';
import { versionDocument } from '../../common/version-info.js';
import { type AgentInfo, type FrameworkInfo, mesos } from '../../proto/index.js';
import { DEFAULT_AGENT_PORT } from '../agents/port.js';
import type { Master } from '../master.js';
import { type AgentRow, isConnected } from '../state/agents.js';
import type { CompletedFramework, FrameworkRow } from '../state/frameworks.js';
import type { OfferRow } from '../state/offers.js';
import { agentCapabilities, agentPid, offeredOn, usedOn } from './agent-view.js';
import type { DaemonInfo } from './daemon-info.js';
import { offeredTo, usedBy } from './framework-view.js';
import { taskFragment } from './task-fragment.js';

type Document = Readonly<Record<string, unknown>>;

const NOTHING = summarize(Resources.EMPTY);

/** The whole of `/state`: every list present even when empty, instants in seconds, resources summed up by name. */
export function stateDocument(master: Master, daemon: DaemonInfo): Json {
  const { agents, frameworks, info } = master;
  const registered = [...agents.registered.values()];
  const head = {
    ...versionDocument(),
    start_time: daemon.startedWallMs / 1000,
    elected_time: daemon.electedWallMs / 1000,
    id: info.id,
    pid: info.pid,
    hostname: info.hostname,
    capabilities: (info.capabilities ?? []).map(({ type }) => mesos.v1.MasterInfo.Capability.Type[type ?? 0]),
    activated_slaves: registered.filter(isConnected).length,
    deactivated_slaves: registered.filter((agent) => !isConnected(agent)).length,
    unreachable_slaves: agents.unreachable.size,
    leader: info.pid,
    leader_info: { id: info.id, pid: info.pid, port: info.port, hostname: info.hostname },
    ...(daemon.flags['cluster'] && { cluster: daemon.flags['cluster'] }),
    flags: daemon.flags,
    slaves: registered.map(agentDocument),
    recovered_slaves: [...agents.recovered.values()].map(({ info: agent }) => recoveredDocument(agent)),
    orphan_tasks: [],
    unregistered_frameworks: [],
  };
  return objectOf(head, {
    frameworks: [...frameworks.live.values()].map((framework) => frameworkDocument(framework, master)),
    completed_frameworks: [...frameworks.completed.values()].map(completedDocument),
  });
}

/** An agent as `/state` and `/slaves` show it, in short. */
export function agentDocument(agent: AgentRow): Document {
  const reserved = [...agent.total.reservations()].map(([role, resources]) => [role, summarize(resources)]);
  return {
    ...recoveredDocument(agent.info),
    pid: agentPid(agent),
    registered_time: agent.registeredWallMs / 1000,
    ...(agent.reregisteredWallMs === undefined ? {} : { reregistered_time: agent.reregisteredWallMs / 1000 }),
    resources: summarize(agent.total),
    used_resources: summarize(usedOn(agent)),
    offered_resources: summarize(offeredOn(agent)),
    reserved_resources: Object.fromEntries(reserved),
    unreserved_resources: summarize(agent.total.unreserved()),
    active: isConnected(agent),
    deactivated: false,
    version: API_VERSION,
    capabilities: agentCapabilities(agent).map(({ type }) => mesos.v1.AgentInfo.Capability.Type[type ?? 0]),
  };
}

/** An agent that has not come back since a failover. */
export function recoveredDocument(info: AgentInfo): Document {
  return {
    id: info.id?.value ?? '',
    hostname: info.hostname,
    port: info.port ?? DEFAULT_AGENT_PORT,
    attributes: summarizeAttributes(info.attributes ?? []),
  };
}

/** A framework as `/state` and `/frameworks` show it, tasks included. */
export function frameworkDocument(framework: FrameworkRow, { agents }: Master): Json {
  const used = usedBy(framework, agents);
  const offered = offeredTo(framework);
  const connected = framework.connection.kind === 'connected';
  const executors = [...framework.agents].flatMap((agentId) =>
    [...(agents.registered.get(agentId)?.executors.get(framework.id)?.values() ?? [])].map(({ info, resources }) => ({
      executor_id: info.executorId.value,
      name: info.name ?? '',
      framework_id: framework.id,
      slave_id: agentId,
      source: info.source ?? '',
      resources: summarize(resources),
      ...labelsDocument(info.labels),
    })),
  );
  const head = {
    ...frameworkHead(framework.id, framework.info, framework.registeredWallMs),
    ...(framework.reregisteredWallMs === undefined ? {} : { reregistered_time: framework.reregisteredWallMs / 1000 }),
    unregistered_time: 0,
    active: connected,
    connected,
    recovered: framework.connection.kind === 'recovered',
    used_resources: summarize(used),
    offered_resources: summarize(offered),
    resources: summarize(used.plus(offered)),
    offers: [...framework.offers].map(offerDocument),
    executors,
  };
  return objectOf(head, {
    tasks: [...framework.tasks.values()].map(taskFragment),
    unreachable_tasks: [...framework.unreachableTasks.values()].map(taskFragment),
    completed_tasks: framework.completedTasks.map(taskFragment),
  });
}

/** A torn-down framework as `/state` and `/frameworks` show it. */
export function completedDocument(framework: CompletedFramework): Json {
  const head = {
    ...frameworkHead(framework.id, framework.info, framework.registeredWallMs),
    unregistered_time: framework.unregisteredWallMs / 1000,
    active: false,
    connected: false,
    recovered: false,
    used_resources: NOTHING,
    offered_resources: NOTHING,
    resources: NOTHING,
    tasks: [],
    unreachable_tasks: [],
    offers: [],
    executors: [],
  };
  return objectOf(head, { completed_tasks: framework.completedTasks.map(taskFragment) });
}

function frameworkHead(id: string, info: FrameworkInfo, registeredWallMs: number): Document {
  const capabilities = info.capabilities ?? [];
  const multiRole = capabilities.some(({ type }) => type === mesos.v1.FrameworkInfo.Capability.Type.MULTI_ROLE);
  return {
    id,
    name: info.name,
    user: info.user,
    failover_timeout: info.failoverTimeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    hostname: info.hostname ?? '',
    webui_url: info.webuiUrl ?? '',
    ...(info.principal == null ? {} : { principal: info.principal }),
    ...(multiRole ? { roles: info.roles ?? [] } : { role: info.role ?? '*' }),
    capabilities: capabilities.map(({ type }) => mesos.v1.FrameworkInfo.Capability.Type[type ?? 0]),
    registered_time: registeredWallMs / 1000,
    offer_constraints: {},
    ...labelsDocument(info.labels),
  };
}

function offerDocument(offer: OfferRow): Document {
  return {
    id: offer.id,
    framework_id: offer.frameworkId,
    slave_id: offer.agentId,
    allocation_info: { role: offer.role },
    resources: summarize(offer.resources),
  };
}
