import { executorId } from '../../common/ids.js';
import { Resources } from '../../common/resources/resources.js';
import { validateResources } from '../../common/resources/validate.js';
import { mesos, type OfferOperation, type TaskInfo } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { sendToAgent } from '../state/agents.js';
import type { FrameworkRow } from '../state/frameworks.js';
import { addTask, createTask } from '../tasks/add-task.js';
import { addExecutor, executorOn } from '../tasks/executors.js';
import { type Reasons, textOf } from '../validation/reasons.js';
import { validateTask } from '../validation/task.js';
import { completeTask } from './complete-info.js';
import type { Purse } from './purse.js';
import { refuseTasks } from './refuse-tasks.js';
import { siteOf } from './site.js';

const { TASK_ERROR } = mesos.v1.TaskState;
const { REASON_TASK_INVALID } = mesos.v1.TaskStatus.Reason;

/** LAUNCH: each task by itself is launched or answered with TASK_ERROR. Resources nobody can read refuse them all. */
export function launchTasks(
  context: MasterContext,
  framework: FrameworkRow,
  purse: Purse,
  { id, launch }: OfferOperation,
): void {
  const tasks = (launch?.taskInfos ?? []).map((task) => completeTask(task, framework.id, purse.role));
  const unreadable = id ? ['The `id` field cannot be set on LAUNCH operations'] : tasks.flatMap(validateReadable);
  if (unreadable.length > 0) {
    refuse(context, framework, tasks, unreadable);
    return;
  }
  for (const task of tasks) {
    const reasons = validateTask(task, siteOf(framework, purse));
    if (reasons.length > 0) refuse(context, framework, [task], reasons);
    else launchTask(context, framework, purse, task);
  }
}

function validateReadable({ resources, executor }: TaskInfo): Reasons {
  return [...validateResources(resources), ...validateResources(executor?.resources)];
}

function refuse(context: MasterContext, framework: FrameworkRow, tasks: readonly TaskInfo[], reasons: Reasons): void {
  const message = textOf(reasons);
  refuseTasks(context, framework, tasks, { state: TASK_ERROR, reason: REASON_TASK_INVALID, message });
}

function launchTask(context: MasterContext, framework: FrameworkRow, purse: Purse, task: TaskInfo): void {
  const { agent } = purse;
  const { executor } = task;
  if (executor && !executorOn(agent, framework.id, executorId(executor.executorId.value))) {
    purse.left = purse.left.minus(addExecutor(agent, framework.id, executor).resources);
  }
  const info = normal(task);
  const row = createTask(info, framework, executor?.executorId.value);
  addTask(agent, framework, row);
  purse.left = purse.left.minus(row.resources);
  sendToAgent(agent, { runTask: { framework: framework.info, task: info, ...(executor && { executor }) } });
  context.log.info('Task launched', { task: row.id, framework: framework.id, agent: agent.id });
}

/** Resources in the one format that agents read. */
function normal(task: TaskInfo): TaskInfo {
  return { ...task, resources: Resources.fromWire(task.resources).toWire() };
}
