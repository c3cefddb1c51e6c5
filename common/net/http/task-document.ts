import { messageType, toJson } from '../../../proto/codec/index.js';
import { type Labels, mesos, type Task, type TaskStatus } from '../../../proto/index.js';
import type { ResourceSummary } from '../../resources/summary.js';

const DISCOVERY = messageType('mesos.v1.DiscoveryInfo', mesos.v1.DiscoveryInfo);

/** A task as `/state` of master and agent and `/tasks` show it. */
export type TaskDocument = Readonly<Record<string, unknown>>;

/** Prints a task in the form of the classic read endpoints: only the latest status per state, instants in seconds. */
export function taskDocument(task: Task, resources: ResourceSummary, role: string): TaskDocument {
  return {
    id: task.taskId.value,
    name: task.name,
    framework_id: task.frameworkId.value,
    executor_id: task.executorId?.value ?? '',
    slave_id: task.agentId.value,
    state: mesos.v1.TaskState[task.state],
    resources,
    role,
    statuses: (task.statuses ?? []).map(statusDocument),
    ...labelsDocument(task.labels),
    ...(task.discovery == null ? {} : { discovery: JSON.parse(toJson(DISCOVERY, task.discovery)) }),
  };
}

/** `{ labels: [...] }`, or nothing when there are none. */
export function labelsDocument(labels: Labels | null | undefined): { labels?: { key: string; value?: string }[] } {
  if (labels?.labels == null || labels.labels.length === 0) return {};
  return { labels: labels.labels.map(({ key, value }) => (value == null ? { key } : { key, value })) };
}

function statusDocument(status: TaskStatus): Readonly<Record<string, unknown>> {
  const { containerStatus, healthy, labels } = status;
  return {
    state: mesos.v1.TaskState[status.state],
    timestamp: status.timestamp ?? 0,
    ...labelsDocument(labels),
    ...(containerStatus == null ? {} : { container_status: containerDocument(containerStatus) }),
    ...(healthy == null ? {} : { healthy }),
  };
}

function containerDocument({
  containerId,
  networkInfos,
}: mesos.v1.ContainerStatus.$Properties): Readonly<Record<string, unknown>> {
  return {
    ...(containerId == null ? {} : { container_id: containerIdDocument(containerId) }),
    ...(networkInfos == null || networkInfos.length === 0
      ? {}
      : {
          network_infos: networkInfos.map(({ ipAddresses }) => ({
            ip_addresses: (ipAddresses ?? []).map(({ ipAddress, protocol }) => ({
              ...(protocol == null ? {} : { protocol: mesos.v1.NetworkInfo.Protocol[protocol] }),
              ...(ipAddress == null ? {} : { ip_address: ipAddress }),
            })),
          })),
        }),
  };
}

function containerIdDocument({ value, parent }: mesos.v1.ContainerID.$Properties): Readonly<Record<string, unknown>> {
  return parent == null ? { value } : { value, parent: containerIdDocument(parent) };
}
