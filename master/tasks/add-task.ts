import type { FrameworkId, TaskId } from '../../common/ids.js';
import { agentId, executorId, frameworkId, taskId } from '../../common/ids.js';
import { Resources } from '../../common/resources/resources.js';
import { mesos, type Task, type TaskInfo } from '../../proto/index.js';
import type { AgentRow } from '../state/agents.js';
import type { FrameworkRow } from '../state/frameworks.js';
import { isRemovable } from '../state/task-state.js';
import type { TaskRow } from '../state/tasks.js';

/** The row of a task that is about to be sent to its agent. */
export function createTask(info: TaskInfo, framework: FrameworkRow, executor: string | undefined): TaskRow {
  const { name, taskId: id, agentId: agent, resources, labels, discovery, container, healthCheck, killPolicy } = info;
  const user = info.command?.user ?? info.executor?.command?.user;
  return rowOf({
    name,
    taskId: id,
    frameworkId: { value: framework.id },
    ...(executor !== undefined && { executorId: { value: executor } }),
    agentId: agent,
    state: mesos.v1.TaskState.TASK_STAGING,
    resources: resources ?? [],
    statuses: [],
    ...(labels && { labels }),
    ...(discovery && { discovery }),
    ...(container && { container }),
    ...(user != null && { user }),
    ...(healthCheck && { healthCheck }),
    ...(killPolicy && { killPolicy }),
    ...(info.limits && { limits: info.limits }),
  });
}

/** The row of a task as an agent reports it. Its stream of updates is judged from what comes next. */
export function rowOf(task: Task): TaskRow {
  const executor = task.executorId?.value;
  return {
    id: taskId(task.taskId.value),
    frameworkId: frameworkId(task.frameworkId.value),
    agentId: agentId(task.agentId.value),
    executorId: executor === undefined ? undefined : executorId(executor),
    task,
    resources: Resources.fromWire(task.resources),
    streamState: undefined,
    holdsResources: !isRemovable(task.state),
    kill: undefined,
  };
}

/** Enters the task under its agent and its framework. The allocator is told by whoever allots its resources. */
export function addTask(agent: AgentRow, framework: FrameworkRow, row: TaskRow): void {
  tasksOn(agent.tasks, row.frameworkId).set(row.id, row);
  framework.tasks.set(row.id, row);
  framework.agents.add(agent.id);
}

/** The agent's row of a task. */
export function taskOn(agent: AgentRow | undefined, framework: FrameworkId, id: TaskId): TaskRow | undefined {
  return agent?.tasks.get(framework)?.get(id);
}

function tasksOn(tasks: AgentRow['tasks'], framework: FrameworkId): Map<TaskId, TaskRow> {
  const own = tasks.get(framework) ?? new Map<TaskId, TaskRow>();
  tasks.set(framework, own);
  return own;
}
