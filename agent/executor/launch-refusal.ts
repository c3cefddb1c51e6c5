import { type FrameworkInfo, mesos, type TaskStatus } from '../../proto/index.js';
import type { LaunchFailure } from '../containerizer/containerizer.js';
import { isCapable } from '../core.js';

const { TASK_FAILED, TASK_KILLED, TASK_LOST, TASK_DROPPED } = mesos.v1.TaskState;
const { REASON_CONTAINER_LAUNCH_FAILED, REASON_EXECUTOR_TERMINATED, REASON_TASK_KILLED_DURING_LAUNCH } =
  mesos.v1.TaskStatus.Reason;
const { PARTITION_AWARE } = mesos.v1.FrameworkInfo.Capability.Type;

/** How a task ends whose command never ran. */
export interface LaunchRefusal {
  readonly state: mesos.v1.TaskState;
  readonly fields: Pick<TaskStatus, 'message' | 'reason'>;
}

/** What the containerizer's failure means for the task, in the original's words. */
export function launchFailed(failure: LaunchFailure, framework: FrameworkInfo): LaunchRefusal {
  switch (failure.phase) {
    case 'sandbox':
      return lost(framework, failure.message, REASON_EXECUTOR_TERMINATED);
    case 'fetch':
    case 'start':
      return containerFailed(failure.message);
    case 'destroyed':
      return killedBeforeLaunch(false);
  }
}

/** The container could not be made. */
export function containerFailed(message: string): LaunchRefusal {
  const fields = { message: `Failed to launch container: ${message}`, reason: REASON_CONTAINER_LAUNCH_FAILED };
  return { state: TASK_FAILED, fields };
}

/** A kill came before the command ran. */
export function killedBeforeLaunch(inGroup: boolean): LaunchRefusal {
  const message = inGroup
    ? 'A task within the task group was killed before delivery to the executor'
    : 'Killed before delivery to the executor';
  return { state: TASK_KILLED, fields: { message, reason: REASON_TASK_KILLED_DURING_LAUNCH } };
}

/** Nothing is known to have run: LOST, or DROPPED for frameworks that know the difference. */
export function lost(
  framework: FrameworkInfo | undefined,
  message: string,
  reason: mesos.v1.TaskStatus.Reason,
): LaunchRefusal {
  const aware = framework !== undefined && isCapable(framework, PARTITION_AWARE);
  return { state: aware ? TASK_DROPPED : TASK_LOST, fields: { message, reason } };
}
