import { mesos, type Task } from '../../proto/index.js';
import type { Agent } from '../agent.js';
import type { ExecutorRow, TaskRow } from '../tasks/rows.js';

type GetTasks = mesos.v1.agent.Response.GetTasks.$Properties;

const ENDED: ReadonlySet<mesos.v1.TaskState> = new Set([
  mesos.v1.TaskState.TASK_FINISHED,
  mesos.v1.TaskState.TASK_FAILED,
  mesos.v1.TaskState.TASK_KILLED,
  mesos.v1.TaskState.TASK_ERROR,
  mesos.v1.TaskState.TASK_LOST,
  mesos.v1.TaskState.TASK_DROPPED,
  mesos.v1.TaskState.TASK_GONE,
  mesos.v1.TaskState.TASK_GONE_BY_OPERATOR,
]);

/** Every executor known, running ones first. */
export function allExecutors(agent: Agent): { live: ExecutorRow[]; completed: ExecutorRow[] } {
  const frameworks = [...agent.frameworks.values()];
  return {
    live: frameworks.flatMap(({ executors }) => [...executors.values()]),
    completed: [
      ...agent.completedFrameworks.flatMap(({ completedExecutors }) => completedExecutors),
      ...frameworks.flatMap(({ completedExecutors }) => completedExecutors),
    ],
  };
}

/** A task in the form of the operator API. A command task names no executor, as in the original. */
export function toTask(row: TaskRow, agentId: string): Task {
  const { executor, info, statuses } = row;
  const latest = statuses.at(-1);
  return {
    name: info.name,
    taskId: info.taskId,
    frameworkId: { value: executor.framework.id },
    executorId: executor.kind === 'command' ? null : { value: executor.id },
    agentId: { value: agentId },
    state: row.state,
    resources: info.resources ?? [],
    statuses,
    statusUpdateState: latest?.state ?? null,
    statusUpdateUuid: latest?.uuid ?? null,
    labels: info.labels ?? null,
    discovery: info.discovery ?? null,
    container: info.container ?? null,
    healthCheck: info.healthCheck ?? null,
    killPolicy: info.killPolicy ?? null,
    user: info.command?.user ?? executor.info.command?.user ?? null,
  };
}

/** All tasks by where they stand: waiting for their executor, running, ended but not acknowledged, done. */
export function getTasks(agent: Agent): GetTasks {
  const agentId = agent.id ?? '';
  const { live, completed } = allExecutors(agent);
  const current = live.flatMap(({ tasks }) => [...tasks.values()]);
  const lists = {
    queuedTasks: current.filter((row) => !hasEnded(row) && !isDelivered(row)),
    launchedTasks: current.filter((row) => !hasEnded(row) && isDelivered(row)),
    terminatedTasks: [...current, ...completed.flatMap(({ tasks }) => [...tasks.values()])].filter(hasEnded),
    completedTasks: [...completed, ...live].flatMap(({ completedTasks }) => completedTasks),
  };
  const toTasks = (rows: readonly TaskRow[]) => rows.map((row) => toTask(row, agentId));
  return {
    pendingTasks: [],
    queuedTasks: toTasks(lists.queuedTasks),
    launchedTasks: toTasks(lists.launchedTasks),
    terminatedTasks: toTasks(lists.terminatedTasks),
    completedTasks: toTasks(lists.completedTasks),
  };
}

/** Whether nothing follows on the task's state. */
export const hasEnded = ({ state }: TaskRow): boolean => ENDED.has(state);

/** A task of a custom executor waits until that has subscribed; others are started by the agent itself. */
export const isDelivered = ({ executor }: TaskRow): boolean => executor.state !== 'registering';
