import type { TaskInfo } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import type { FrameworkRow } from '../state/frameworks.js';
import { createStatus, type MasterVerdict } from '../tasks/create-status.js';
import { countEnd, sendStatus } from '../tasks/send-status.js';

/** Tells the framework of tasks that are not launched; nothing of them is kept. */
export function refuseTasks(
  context: MasterContext,
  framework: FrameworkRow,
  tasks: readonly TaskInfo[],
  verdict: MasterVerdict,
): void {
  for (const { taskId, agentId } of tasks) {
    const status = createStatus(context.clock, { taskId: taskId.value, agentId: agentId.value }, verdict);
    countEnd(context, status);
    framework.activity.taskEnded(status.state);
    sendStatus(framework, status);
  }
  if (tasks.length === 0) return;
  const ids = tasks.map(({ taskId }) => taskId.value);
  context.log.warn('Launch refused', { framework: framework.id, tasks: ids, message: verdict.message });
}
