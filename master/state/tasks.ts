import type { AgentId, ExecutorId, FrameworkId, TaskId } from '../../common/ids.js';
import type { Resources } from '../../common/resources/resources.js';
import type { KillPolicy, mesos, Task, TaskStatus } from '../../proto/index.js';

/**
 * A task as the master knows it: the wire `Task` that the read endpoints show, with its ids in plain form. Soft state:
 * rebuilt from the agents after a failover.
 */
export interface TaskRow {
  readonly id: TaskId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  /** Absent for a command task. */
  readonly executorId: ExecutorId | undefined;
  /**
   * `state` is the newest state known; `statusUpdateState` and `statusUpdateUuid` are of the last update forwarded;
   * `statuses` holds the latest status per state, in order of arrival.
   */
  readonly task: Task;
  /** Allocated to a role of the framework. */
  readonly resources: Resources;
  /** State of the last update that came from the agent, with a uuid; the order of updates is judged by it. */
  streamState: mesos.v1.TaskState | undefined;
  /** Whether the task's resources still count as used: until its state is terminal. */
  holdsResources: boolean;
  /** A kill asked for while it may not have reached the agent; sent again when the agent re-registers. */
  kill: { readonly policy: KillPolicy | undefined } | undefined;
}

/** The latest status of a task, or undefined before the first. */
export function latestStatus(row: TaskRow): TaskStatus | undefined {
  return row.task.statuses?.at(-1);
}
