import { counter, gauge, type Metric } from '../../common/metrics/metric.js';
import { resourceMetrics } from '../../common/metrics/resource-metrics.js';
import { systemMetrics } from '../../common/metrics/system-metrics.js';
import { Timings } from '../../common/metrics/timings.js';
import { Resources } from '../../common/resources/resources.js';
import { mesos } from '../../proto/index.js';
import type { Agent } from '../agent.js';
import { usedBy } from '../api/state-document.js';
import { allExecutors } from '../api/task-view.js';

const { TaskState } = mesos.v1;

/** Counters of things that do not happen here, or not yet; collectors of the original read them all. */
const NEVER = [
  'containerizer/mesos/container_destroy_errors',
  'containerizer/mesos/provisioner/bind/remove_rootfs_errors',
  'containerizer/mesos/provisioner/remove_container_errors',
  'resource_provider_manager/events/disconnect',
  'resource_provider_manager/events/subscribe',
  'slave/executors_preempted',
  'slave/invalid_framework_messages',
  'slave/invalid_status_updates',
  'slave/valid_framework_messages',
];

/** Gauges of what this agent does not have. */
const NONE = [
  'containerizer/mesos/disk/project_ids_free',
  'containerizer/mesos/disk/project_ids_total',
  'resource_provider_manager/subscribed',
  'slave/recovery_errors',
  'volume_gid_manager/volume_gids_free',
  'volume_gid_manager/volume_gids_total',
];

const CONSTANT: readonly Metric[] = [
  ...NEVER.map((name) => counter(name, 0)),
  ...NONE.map((name) => gauge(name, 0)),
  ...new Timings().metrics('containerizer/docker/image_pull_ms'),
  ...new Timings().metrics('containerizer/mesos/provisioner/docker_store/image_pull_ms'),
];

/** Every figure that the tables give, and zeros for what there is nothing to tell of. `uptimeMs`: of the process. */
export function agentMetrics(agent: Agent, uptimeMs: number): Metric[] {
  const { live } = allExecutors(agent);
  return [
    ...CONSTANT,
    ...[...agent.counters.entries()].map(([name, value]) => counter(`slave/${name}`, value)),
    ...resourceMetrics('slave', Resources.fromWire(agent.info.resources), Resources.sum(live.map(usedBy))),
    ...executorMetrics(agent),
    ...taskMetrics(agent),
    gauge('slave/frameworks_active', agent.frameworks.size),
    gauge('slave/registered', agent.standing === 'registered' ? 1 : 0),
    gauge('slave/uptime_secs', uptimeMs / 1000),
    ...systemMetrics(),
  ];
}

function executorMetrics(agent: Agent): Metric[] {
  const { live } = allExecutors(agent);
  return (['registering', 'running', 'terminating'] as const).map((wanted) =>
    gauge(`slave/executors_${wanted}`, live.filter(({ state }) => state === wanted).length),
  );
}

function taskMetrics(agent: Agent): Metric[] {
  const tasks = allExecutors(agent).live.flatMap((executor) => [...executor.tasks.values()]);
  return (['STAGING', 'STARTING', 'RUNNING', 'KILLING'] as const).map((name) =>
    gauge(`slave/tasks_${name.toLowerCase()}`, tasks.filter(({ state }) => state === TaskState[`TASK_${name}`]).length),
  );
}
