import { frameworkId, taskId } from '../../common/ids.js';
import { type meseta, mesos } from '../../proto/index.js';
import type { Core } from '../core.js';
import type { Executors } from '../executor/executors.js';
import { lost } from '../executor/launch-refusal.js';

const { REASON_EXECUTOR_TERMINATED } = mesos.v1.TaskStatus.Reason;

/** The master has told this agent to end a task. Repeated kills are harmless. */
export function killTask(core: Core, executors: Executors, message: meseta.v1.KillTask.$Properties): void {
  const [framework, id] = [frameworkId(message.frameworkId.value), taskId(message.taskId.value)];
  const task = core.tables.task(framework, id);
  if (task) {
    executors.kill(task, message.killPolicy);
    return;
  }
  if (core.tables.isCompleted(framework, id)) {
    core.log.info('Ignoring the kill of a task that has ended', { framework, task: id });
    return;
  }
  tellLost(core, message);
}

/** A launch that never arrived: the master waits for a word on it, so it gets one. */
function tellLost(
  core: Core,
  { frameworkId: { value: framework }, taskId: { value: task } }: meseta.v1.KillTask.$Properties,
): void {
  const row = core.tables.frameworks.get(frameworkId(framework));
  if (row?.terminating) return;
  const { state, fields } = lost(row?.info, 'Cannot find executor', REASON_EXECUTOR_TERMINATED);
  const owner = row ?? { id: frameworkId(framework), checkpoint: false };
  if (core.updates.outstanding(owner.id, taskId(task))) return; // told already
  core.updates.append(owner, [core.looseStatus(task, undefined, state, fields)], [], () => {});
}
