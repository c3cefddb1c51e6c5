import { mesos, type TaskStatus } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { isRemovable, isTerminal } from '../state/task-state.js';
import type { TaskRow } from '../state/tasks.js';

/**
 * Records a status in the task's row. `latest` is the newest state known, which may be ahead of the status. When that
 * is an end, what the task held is free at once, acknowledged or not. The one place where a task changes its state.
 */
export function applyStatus(
  context: MasterContext,
  row: TaskRow,
  status: TaskStatus,
  latest: mesos.v1.TaskState = status.state,
): void {
  const { task } = row;
  const from = task.state;
  if (!isTerminal(from)) task.state = latest;
  task.statusUpdateState = status.state;
  if (status.uuid?.length) {
    task.statusUpdateUuid = status.uuid;
    row.streamState = status.state;
  }
  keepStatus(row, status);
  if (!isTerminal(from) && isTerminal(task.state)) {
    context.frameworks.live.get(row.frameworkId)?.activity.taskEnded(task.state);
  }
  if (isRemovable(task.state)) releaseResources(context, row);
  if (from !== task.state) logMove(context, row, from);
}

function logMove(context: MasterContext, { task, id, frameworkId, agentId }: TaskRow, from: mesos.v1.TaskState): void {
  const { TaskState } = mesos.v1;
  const move = { from: TaskState[from], to: TaskState[task.state] };
  context.log.info('Task changed', { task: id, framework: frameworkId, agent: agentId, ...move });
}

/** Gives the task's resources back to the allocator. Safe to call twice. */
export function releaseResources(context: MasterContext, row: TaskRow): void {
  if (!row.holdsResources) return;
  row.holdsResources = false;
  context.allocator.recover(row.frameworkId, row.agentId, row.resources);
  context.requestAllocation();
}

/** One status per run of the same state, without the executor's data, which may be large. */
function keepStatus({ task }: TaskRow, status: TaskStatus): void {
  const { data: _, ...kept } = status;
  const statuses = task.statuses ?? [];
  if (statuses.at(-1)?.state === status.state) statuses.pop();
  statuses.push(kept);
  task.statuses = statuses;
}
