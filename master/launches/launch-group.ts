import { executorId } from '../../common/ids.js';
import { Resources } from '../../common/resources/resources.js';
import { validateResources } from '../../common/resources/validate.js';
import { type ExecutorInfo, mesos, type OfferOperation, type TaskInfo } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { sendToAgent } from '../state/agents.js';
import type { FrameworkRow } from '../state/frameworks.js';
import { addTask, createTask } from '../tasks/add-task.js';
import { addExecutor, executorOn } from '../tasks/executors.js';
import { type Reasons, textOf } from '../validation/reasons.js';
import { validateTaskGroup } from '../validation/task-group.js';
import { completeExecutor, completeTask } from './complete-info.js';
import type { Purse } from './purse.js';
import { refuseTasks } from './refuse-tasks.js';
import { siteOf } from './site.js';

const { TASK_ERROR } = mesos.v1.TaskState;
const { REASON_TASK_GROUP_INVALID } = mesos.v1.TaskStatus.Reason;

/** LAUNCH_GROUP: all tasks with their executor, or none: each is then answered with TASK_ERROR. */
export function launchGroup(
  context: MasterContext,
  framework: FrameworkRow,
  purse: Purse,
  { id, launchGroup: group }: OfferOperation,
): void {
  if (!group) return;
  const executor = completeExecutor(group.executor, purse.role);
  const tasks = (group.taskGroup.tasks ?? []).map((task) => completeTask(task, framework.id, purse.role));
  const reasons = id
    ? ['The `id` field cannot be set on LAUNCH_GROUP operations']
    : validate(framework, purse, tasks, executor);
  if (reasons.length === 0) {
    launch(context, framework, purse, tasks, executor);
    return;
  }
  const message = textOf(reasons);
  refuseTasks(context, framework, tasks, { state: TASK_ERROR, reason: REASON_TASK_GROUP_INVALID, message });
}

function validate(framework: FrameworkRow, purse: Purse, tasks: readonly TaskInfo[], executor: ExecutorInfo): Reasons {
  const unreadable = [executor, ...tasks].flatMap(({ resources }) => validateResources(resources));
  if (unreadable.length > 0) return unreadable;
  return validateTaskGroup({ tasks: [...tasks] }, executor, siteOf(framework, purse));
}

function launch(
  context: MasterContext,
  framework: FrameworkRow,
  purse: Purse,
  tasks: readonly TaskInfo[],
  executor: ExecutorInfo,
): void {
  const { agent } = purse;
  if (!executorOn(agent, framework.id, executorId(executor.executorId.value))) {
    purse.left = purse.left.minus(addExecutor(agent, framework.id, executor).resources);
  }
  const normal = tasks.map((task) => ({ ...task, resources: Resources.fromWire(task.resources).toWire() }));
  for (const task of normal) {
    const row = createTask(task, framework, executor.executorId.value);
    addTask(agent, framework, row);
    purse.left = purse.left.minus(row.resources);
    context.log.info('Task launched', { task: row.id, framework: framework.id, agent: agent.id });
  }
  sendToAgent(agent, { runTaskGroup: { framework: framework.info, executor, taskGroup: { tasks: normal } } });
}
