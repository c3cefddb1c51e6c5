import { type KillPolicy, mesos, type TaskInfo, type TaskStatus } from '../../proto/index.js';

/** A task as its framework knows it: what was launched and the newest status that the framework has confirmed. */
export interface LaunchedTask {
  readonly taskId: string;
  /** Absent only for a task learnt from an update that named none. */
  readonly agentId: string | undefined;
  /** As launched; absent for a task learnt from an update. */
  readonly info: TaskInfo | undefined;
  /** The newest confirmed status; absent before the first. */
  readonly status: TaskStatus | undefined;
  /** The uuid of the newest confirmed update that had one: what tells a repetition from news. */
  readonly uuid: Uint8Array | undefined;
  /** Present when the framework wants the task dead: the kill is repeated until it is. */
  readonly kill: { readonly policy: KillPolicy | undefined } | undefined;
  /** Milliseconds since the epoch of the last change of this record. */
  readonly changedAtMs: number;
}

/** The newest confirmed state; `TASK_STAGING` before the first update. */
export function stateOf(task: LaunchedTask): mesos.v1.TaskState {
  return task.status?.state ?? mesos.v1.TaskState.TASK_STAGING;
}

/**
 * Whether nothing can follow this state. As in Apache Mesos, unreachable, unknown and gone-by-operator tasks may still
 * return.
 */
export function isTerminal(state: mesos.v1.TaskState): boolean {
  switch (state) {
    case mesos.v1.TaskState.TASK_FINISHED:
    case mesos.v1.TaskState.TASK_FAILED:
    case mesos.v1.TaskState.TASK_KILLED:
    case mesos.v1.TaskState.TASK_ERROR:
    case mesos.v1.TaskState.TASK_LOST:
    case mesos.v1.TaskState.TASK_DROPPED:
    case mesos.v1.TaskState.TASK_GONE:
      return true;
    case mesos.v1.TaskState.TASK_STAGING:
    case mesos.v1.TaskState.TASK_STARTING:
    case mesos.v1.TaskState.TASK_RUNNING:
    case mesos.v1.TaskState.TASK_KILLING:
    case mesos.v1.TaskState.TASK_UNREACHABLE:
    case mesos.v1.TaskState.TASK_GONE_BY_OPERATOR:
    case mesos.v1.TaskState.TASK_UNKNOWN:
      return false;
  }
}
