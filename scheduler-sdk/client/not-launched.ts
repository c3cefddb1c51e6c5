import { type FrameworkInfo, mesos, type TaskInfo, type TaskStatus } from '../../proto/index.js';

const { TaskState } = mesos.v1;
const { Source, Reason } = mesos.v1.TaskStatus;

/**
 * The status of a task whose ACCEPT never left because the connection broke first. The original's scheduler library
 * makes the same one up: TASK_DROPPED, or TASK_LOST for those without the PARTITION_AWARE capability.
 */
export function notLaunched(info: TaskInfo, framework: FrameworkInfo, wallMs: number): TaskStatus {
  const aware = mesos.v1.FrameworkInfo.Capability.Type.PARTITION_AWARE;
  const isAware = framework.capabilities?.some(({ type }) => type === aware) ?? false;
  return {
    taskId: info.taskId,
    agentId: info.agentId,
    state: isAware ? TaskState.TASK_DROPPED : TaskState.TASK_LOST,
    source: Source.SOURCE_MASTER,
    reason: Reason.REASON_MASTER_DISCONNECTED,
    message: 'Master disconnected',
    timestamp: wallMs / 1000,
  };
}
