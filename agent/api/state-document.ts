import { summarizeAttributes } from '../../common/attributes.js';
import { fullDocument } from '../../common/net/http/resource-document.js';
import { labelsDocument, type TaskDocument, taskDocument } from '../../common/net/http/task-document.js';
import { Resources } from '../../common/resources/resources.js';
import { summarize } from '../../common/resources/summary.js';
import { versionDocument } from '../../common/version-info.js';
import { mesos } from '../../proto/index.js';
import type { Agent } from '../agent.js';
import type { ExecutorRow, FrameworkRow, TaskRow } from '../tasks/rows.js';
import type { DaemonInfo } from './daemon-info.js';
import { hasEnded, isDelivered, toTask } from './task-view.js';

type Document = Readonly<Record<string, unknown>>;

/** The whole of the agent's `/state`: every list present even when empty, instants in seconds. */
export function stateDocument(agent: Agent, daemon: DaemonInfo): Document {
  const { info, options } = agent;
  const total = Resources.fromWire(info.resources);
  const used = Resources.sum(
    [...agent.frameworks.values()].flatMap(({ executors }) => [...executors.values()].map(usedBy)),
  );
  return {
    ...versionDocument(),
    start_time: daemon.startedWallMs / 1000,
    id: agent.id ?? '',
    pid: `slave(1)@${options.ip}:${info.port ?? 5051}`,
    hostname: info.hostname,
    master_hostname: daemon.masterHostname,
    capabilities: ['MULTI_ROLE', 'HIERARCHICAL_ROLE', 'RESERVATION_REFINEMENT'],
    attributes: summarizeAttributes(info.attributes ?? []),
    resources: summarize(total),
    reserved_resources: byRole(total, summarize),
    reserved_resources_allocated: byRole(used, summarize),
    reserved_resources_full: byRole(total, fullDocument),
    unreserved_resources: summarize(total.unreserved()),
    unreserved_resources_allocated: summarize(used.unreserved()),
    unreserved_resources_full: fullDocument(total.unreserved()),
    resource_providers: [],
    flags: daemon.flags,
    frameworks: [...agent.frameworks.values()].map((framework) => frameworkDocument(framework, agent)),
    completed_frameworks: agent.completedFrameworks.map((framework) => frameworkDocument(framework, agent)),
  };
}

/** What each role has reserved, shown by `show`. */
function byRole(resources: Resources, show: (resources: Resources) => unknown): Document {
  return Object.fromEntries([...resources.reservations()].map(([role, reserved]) => [role, show(reserved)]));
}

function frameworkDocument({ id, info, executors, completedExecutors }: FrameworkRow, agent: Agent): Document {
  const { MULTI_ROLE } = mesos.v1.FrameworkInfo.Capability.Type;
  const multiRole = (info.capabilities ?? []).some(({ type }) => type === MULTI_ROLE);
  return {
    id,
    name: info.name,
    user: info.user,
    failover_timeout: info.failoverTimeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    hostname: info.hostname ?? '',
    ...(info.principal == null ? {} : { principal: info.principal }),
    ...(multiRole ? { roles: info.roles ?? [] } : { role: info.role ?? '*' }),
    executors: [...executors.values()].map((executor) => executorDocument(executor, agent)),
    completed_executors: completedExecutors.map((executor) => executorDocument(executor, agent)),
  };
}

function executorDocument(executor: ExecutorRow, agent: Agent): Document {
  const { info, tasks, completedTasks } = executor;
  const resources = usedBy(executor);
  const current = [...tasks.values()];
  const toDocument = (row: TaskRow) => toTaskDocument(row, agent);
  return {
    id: executor.id,
    name: info.name ?? '',
    source: info.source ?? '',
    container: executor.containerId,
    directory: executor.directory,
    resources: summarize(resources),
    role: roleOf(resources),
    ...(info.type ? { type: mesos.v1.ExecutorInfo.Type[info.type] } : {}),
    ...labelsDocument(info.labels),
    tasks: current.filter((row) => isDelivered(row)).map(toDocument),
    queued_tasks: current.filter((row) => !isDelivered(row)).map(toDocument),
    completed_tasks: completedTasks.map(toDocument),
  };
}

function toTaskDocument(row: TaskRow, agent: Agent): TaskDocument {
  const resources = Resources.fromWire(row.info.resources);
  return taskDocument(toTask(row, agent.id ?? ''), summarize(resources), roleOf(resources));
}

/** What an executor and its live tasks hold. */
export function usedBy({ info, tasks }: ExecutorRow): Resources {
  const live = [...tasks.values()].filter((row) => !hasEnded(row));
  return Resources.sum(
    [info.resources, ...live.map((row) => row.info.resources)].map((held) => Resources.fromWire(held)),
  );
}

function roleOf(resources: Resources): string {
  const [role] = resources.allocations().keys();
  return role ?? '*';
}
