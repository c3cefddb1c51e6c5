import { gauge, type Metric } from '../../common/metrics/metric.js';
import { resourceMetrics } from '../../common/metrics/resource-metrics.js';
import { Resources } from '../../common/resources/resources.js';
import { mesos } from '../../proto/index.js';
import type { RoleView } from '../api/role-view.js';
import type { Master } from '../master.js';
import { isConnected } from '../state/agents.js';

const { TaskState } = mesos.v1;

/** What the agents have in all; scalars only, no figure is of others and ports cost most to sum up. */
export function totalScalars({ agents }: Master): Resources {
  const scalars = [...agents.registered.values()].map(({ total }) =>
    total.filter(({ amount }) => amount.kind === 'scalar'),
  );
  return Resources.sum(scalars);
}

/** What the tables hold now: resources, agents, frameworks, offers, tasks. All that is held is held in some role. */
export function tableMetrics(master: Master, roles: readonly RoleView[], total: Resources): Metric[] {
  const used = Resources.sum(roles.map(({ allocated }) => allocated));
  const offered = Resources.sum(roles.map((role) => role.offered));
  return [
    ...resourceMetrics('master', total, used),
    ...agentMetrics(master),
    ...frameworkMetrics(master),
    ...taskMetrics(master),
    gauge('master/outstanding_offers', master.offers.size),
    ...allocatorResources(total, used.plus(offered)),
  ];
}

function agentMetrics({ agents }: Master): Metric[] {
  const all = agents.registered.size;
  const connected = [...agents.registered.values()].filter(isConnected).length;
  return [
    gauge('master/slaves_connected', connected),
    gauge('master/slaves_disconnected', all - connected),
    gauge('master/slaves_active', connected),
    gauge('master/slaves_inactive', all - connected),
    gauge('master/slaves_unreachable', agents.unreachable.size),
  ];
}

function frameworkMetrics({ frameworks }: Master): Metric[] {
  const all = frameworks.live.size;
  const connected = [...frameworks.live.values()].filter(({ connection }) => connection.kind === 'connected').length;
  return [
    gauge('master/frameworks_connected', connected),
    gauge('master/frameworks_disconnected', all - connected),
    gauge('master/frameworks_active', connected),
    gauge('master/frameworks_inactive', all - connected),
  ];
}

function taskMetrics({ frameworks }: Master): Metric[] {
  const live = [...frameworks.live.values()];
  const counts = new Map<mesos.v1.TaskState, number>();
  for (const { tasks } of live) {
    for (const { task } of tasks.values()) counts.set(task.state, (counts.get(task.state) ?? 0) + 1);
  }
  const unreachable = live.reduce((sum, { unreachableTasks }) => sum + unreachableTasks.size, 0);
  return [
    gauge('master/tasks_staging', counts.get(TaskState.TASK_STAGING) ?? 0),
    gauge('master/tasks_starting', counts.get(TaskState.TASK_STARTING) ?? 0),
    gauge('master/tasks_running', counts.get(TaskState.TASK_RUNNING) ?? 0),
    gauge('master/tasks_killing', counts.get(TaskState.TASK_KILLING) ?? 0),
    gauge('master/tasks_unreachable', unreachable),
  ];
}

function allocatorResources(total: Resources, held: Resources): Metric[] {
  return ['cpus', 'disk', 'mem'].flatMap((name) => [
    gauge(`allocator/mesos/resources/${name}/total`, total.scalar(name)),
    gauge(`allocator/mesos/resources/${name}/offered_or_allocated`, held.scalar(name)),
  ]);
}
