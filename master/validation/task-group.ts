import { executorId } from '../../common/ids.js';
import { Resources } from '../../common/resources/resources.js';
import { type ContainerInfo, type ExecutorInfo, mesos, type TaskGroupInfo, type TaskInfo } from '../../proto/index.js';
import { sameExecutor, validateExecutor, validateExecutorCgroups } from './executor.js';
import type { LaunchSite } from './launch-site.js';
import { FINE, inPart, type Reasons, reasonIf } from './reasons.js';
import { validateTogether } from './resources-use.js';
import { validateTaskItself } from './task.js';

const { DOCKER } = mesos.v1.ContainerInfo.Type;
const { UNKNOWN } = mesos.v1.ExecutorInfo.Type;

/** The least an executor of a group may have: cores and MiB. */
const MIN_CPUS = 0.01;
const MIN_MEM_MIB = 32;

/** A LAUNCH_GROUP: its tasks, its executor, and all of them together. One wrong part refuses the whole. */
export function validateTaskGroup(group: TaskGroupInfo, executor: ExecutorInfo, site: LaunchSite): Reasons {
  const tasks = group.tasks ?? [];
  const own = [
    ...tasks.flatMap((task) => inPart(`Task '${task.taskId.value}' is invalid`, validateMember(task, executor, site))),
    ...validateDistinct(tasks),
    ...validateGroupExecutor(executor, site),
    ...validateSharedCgroups(tasks, executor, site),
    ...validateTogether('Task group and executor', [...tasks.map(({ resources }) => resources), executor.resources]),
  ];
  return own.length > 0 ? own : validateFit(tasks, executor, site);
}

function validateMember(task: TaskInfo, executor: ExecutorInfo, site: LaunchSite): Reasons {
  const { container, healthCheck, limits } = task;
  const apart = container?.linuxInfo?.shareCgroups === false;
  return [
    ...validateTaskItself(task, site),
    ...validateNetwork(container, healthCheck?.http != null || healthCheck?.tcp != null),
    ...reasonIf(container?.type === DOCKER, 'Docker ContainerInfo is not supported on the task'),
    ...reasonIf(
      Object.keys(limits ?? {}).length > 0 && !apart,
      "Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'.",
    ),
    ...reasonIf(
      task.executor != null && !sameExecutor(task.executor, executor),
      `The \`ExecutorInfo\` of task '${task.taskId.value}' is different from executor '${executor.executorId.value}'`,
    ),
  ];
}

function validateNetwork(container: ContainerInfo | null | undefined, checksNetwork: boolean): Reasons {
  const ownNetwork = (container?.networkInfos ?? []).length > 0;
  return reasonIf(
    ownNetwork && checksNetwork,
    "HTTP and TCP health checks are not supported for nested containers not joining parent's network",
  );
}

function validateDistinct(tasks: readonly TaskInfo[]): Reasons {
  const ids = tasks.map(({ taskId }) => taskId.value);
  const repeated = [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
  return [
    ...reasonIf(tasks.length === 0, 'Task group has no tasks'),
    ...repeated.map((id) => `Task has duplicate ID: ${id}`),
  ];
}

function validateGroupExecutor(executor: ExecutorInfo, site: LaunchSite): Reasons {
  const name = `Executor '${executor.executorId.value}'`;
  return [
    ...validateExecutor(executor, site),
    ...reasonIf(executor.type == null, "'ExecutorInfo.type' must be set"),
    ...reasonIf(executor.type === UNKNOWN, 'Unknown executor type'),
    ...reasonIf(executor.container?.type === DOCKER, 'Docker ContainerInfo is not supported on the executor'),
    ...validateExecutorCgroups(executor),
    ...validateLeast(`${name} uses less CPUs`, amountOf(executor, 'cpus'), MIN_CPUS, ''),
    ...validateLeast(`${name} uses less memory`, amountOf(executor, 'mem'), MIN_MEM_MIB, 'MB'),
    ...reasonIf(amountOf(executor, 'disk') === undefined, `${name} uses no disk`),
  ];
}

function validateLeast(what: string, amount: number | undefined, least: number, unit: string): Reasons {
  if (amount !== undefined && amount >= least) return FINE;
  const used = amount === undefined ? 'None' : `${amount}${unit}`;
  return [`${what} (${used}) than the minimum required (${least}${unit})`];
}

function amountOf({ resources }: ExecutorInfo, wanted: string): number | undefined {
  const own = (resources ?? []).filter(({ name }) => name === wanted);
  return own.length === 0 ? undefined : own.reduce((sum, { scalar }) => sum + (scalar?.value ?? 0), 0);
}

/** All tasks share the executor's cgroups, or none does, those that run there already included. */
function validateSharedCgroups(tasks: readonly TaskInfo[], executor: ExecutorInfo, site: LaunchSite): Reasons {
  const id = executorId(executor.executorId.value);
  const others = site.runningExecutor(id) === undefined ? [] : site.tasksUnder(id);
  const choices = new Set([...tasks, ...others].map(({ container }) => container?.linuxInfo?.shareCgroups ?? true));
  return reasonIf(
    choices.size > 1,
    "If set, the value of 'share_cgroups' must be the same for all tasks in each task group and under a single executor",
  );
}

function validateFit(tasks: readonly TaskInfo[], executor: ExecutorInfo, site: LaunchSite): Reasons {
  const running = site.runningExecutor(executorId(executor.executorId.value)) !== undefined;
  const parts = [...tasks.map(({ resources }) => resources), ...(running ? [] : [executor.resources])];
  const total = Resources.sum(parts.map((wire) => Resources.fromWire(wire)));
  if (site.available.contains(total)) return FINE;
  const available = `more than available ${site.available}`;
  return [`Total resources ${total} required by task group and its executor are ${available}`];
}
