import type { MasterContext } from '../context.js';
import type { FrameworkRow } from '../state/frameworks.js';
import type { TaskRow } from '../state/tasks.js';
import { releaseResources } from './apply-status.js';

/** Where a task's row goes when its agent no longer holds it. */
export type Shelf = 'completed' | 'unreachable';

/** Takes the task from its agent and framework and shelves its row. What it still held is free again. */
export function removeTask(context: MasterContext, framework: FrameworkRow, row: TaskRow, shelf: Shelf): void {
  releaseResources(context, row);
  const onAgent = context.agents.registered.get(row.agentId)?.tasks;
  onAgent?.get(row.frameworkId)?.delete(row.id);
  if (onAgent?.get(row.frameworkId)?.size === 0) onAgent.delete(row.frameworkId);
  framework.tasks.delete(row.id);
  framework.unreachableTasks.delete(row.id);
  if (shelf === 'unreachable') shelveUnreachable(context, framework, row);
  else shelveCompleted(context, framework, row);
}

/** Keeps the row among the completed tasks, the oldest of which goes once there are more than the options allow. */
export function shelveCompleted(context: MasterContext, framework: FrameworkRow, row: TaskRow): void {
  framework.completedTasks.push(row);
  if (framework.completedTasks.length > context.options.maxCompletedTasksPerFramework) framework.completedTasks.shift();
}

function shelveUnreachable(context: MasterContext, framework: FrameworkRow, row: TaskRow): void {
  framework.unreachableTasks.set(row.id, row);
  if (framework.unreachableTasks.size <= context.options.maxUnreachableTasksPerFramework) return;
  const [oldest] = framework.unreachableTasks.keys();
  if (oldest !== undefined) framework.unreachableTasks.delete(oldest);
}
