import { type MasterCall, type MasterResponse, mesos, type Task } from '../../proto/index.js';
import type { OperatorClient } from '../cluster/operator-client.js';
import type { Listing } from '../output/printer.js';
import { ago, isLive, portsOf, scalarOf, stateName, trimNumber } from './format.js';
import { plainTask } from './plain.js';

/** A task with what a reader of lists wants beside it. */
export interface TaskRow {
  readonly task: Task;
  /** Name of its framework; its id when the master no longer knows it. */
  readonly framework: string;
  /** Host of its agent; empty when the master no longer knows it. */
  readonly host: string;
}

/** Every task the master knows, the live ones first, the newest first within each. */
export async function readTasks(master: OperatorClient<MasterCall, MasterResponse>): Promise<TaskRow[]> {
  const calls = mesos.v1.master.Call.Type;
  const [tasks, frameworks, agents] = await Promise.all([
    master.call({ type: calls.GET_TASKS }),
    master.call({ type: calls.GET_FRAMEWORKS }),
    master.call({ type: calls.GET_AGENTS }),
  ]);
  const names = new Map(
    [...(frameworks.getFrameworks?.frameworks ?? []), ...(frameworks.getFrameworks?.completedFrameworks ?? [])].map(
      ({ frameworkInfo }) => [frameworkInfo.id?.value ?? '', frameworkInfo.name],
    ),
  );
  const hosts = new Map(
    (agents.getAgents?.agents ?? []).map(({ agentInfo }) => [agentInfo.id?.value ?? '', agentInfo.hostname]),
  );
  const { tasks: live, completedTasks, unreachableTasks } = tasks.getTasks ?? {};
  const rows = [...(live ?? []), ...(unreachableTasks ?? []), ...(completedTasks ?? [])].map(
    (task): TaskRow => ({
      task,
      framework: names.get(task.frameworkId.value) ?? task.frameworkId.value,
      host: hosts.get(task.agentId.value) ?? '',
    }),
  );
  return rows.sort(
    (a, b) => Number(isLive(b.task)) - Number(isLive(a.task)) || changedAtMs(b.task) - changedAtMs(a.task),
  );
}

/** When the task last changed, in ms since the epoch; 0 when it never reported. */
export function changedAtMs(task: Task): number {
  return (task.statuses?.at(-1)?.timestamp ?? 0) * 1_000;
}

/** Columns of the list of tasks: what each was given in cores and MiB, and how long ago its state changed. */
export const TASK_LISTING: Listing<TaskRow> = {
  name: ({ task }) => task.taskId.value,
  data: ({ task }) => plainTask(task),
  empty: 'No tasks. Submit one with: meseta run -- echo hello',
  columns: [
    { title: 'ID', of: ({ task }) => task.taskId.value },
    { title: 'FRAMEWORK', of: ({ framework }) => framework },
    {
      title: 'STATE',
      of: ({ task }) => stateName(task.state).replace(/^TASK_/, ''),
      paint: (cell, { task }, style) => paintState(cell, task.state, style),
    },
    { title: 'HOST', of: ({ host }) => host },
    { title: 'CPUS', align: 'right', of: ({ task }) => trimNumber(scalarOf(task.resources, 'cpus')) },
    { title: 'MEM', align: 'right', of: ({ task }) => trimNumber(scalarOf(task.resources, 'mem')) },
    { title: 'CHANGED', align: 'right', of: ({ task }) => ago(changedAtMs(task), Date.now()) },
    { title: 'MESSAGE', of: ({ task }) => task.statuses?.at(-1)?.message ?? '' },
  ],
  wide: [
    { title: 'NAME', of: ({ task }) => task.name },
    { title: 'PORTS', of: ({ task }) => portsOf(task.resources) },
    { title: 'AGENT', of: ({ task }) => task.agentId.value },
    { title: 'FRAMEWORK-ID', of: ({ task }) => task.frameworkId.value },
  ],
};

function paintState(
  cell: string,
  state: number,
  style: { green(t: string): string; red(t: string): string; yellow(t: string): string },
) {
  const { TASK_RUNNING, TASK_FINISHED, TASK_STAGING, TASK_STARTING, TASK_KILLING, TASK_KILLED } = mesos.v1.TaskState;
  if (state === TASK_RUNNING || state === TASK_FINISHED) return style.green(cell);
  if (state === TASK_STAGING || state === TASK_STARTING || state === TASK_KILLING || state === TASK_KILLED)
    return style.yellow(cell);
  return style.red(cell);
}
