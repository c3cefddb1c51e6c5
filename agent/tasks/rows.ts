import type { ContainerId, ExecutorId, FrameworkId, TaskId } from '../../common/ids.js';
import type { ExecutorInfo, FrameworkInfo, mesos, TaskInfo, TaskStatus } from '../../proto/index.js';
import type { ContainerPhase } from '../executor/container-phase.js';

/** A framework that has, or had, something on this agent. */
export interface FrameworkRow {
  readonly id: FrameworkId;
  info: FrameworkInfo;
  /** Whether its executors survive the agent; nothing is written to disk for one that does not ask for it. */
  readonly checkpoint: boolean;
  /** Being shut down: no update is sent on its behalf any more. */
  terminating: boolean;
  readonly executors: Map<ExecutorId, ExecutorRow>;
  /** The tasks of all its executors: task ids are unique within a framework. */
  readonly tasks: Map<TaskId, TaskRow>;
  /** The last ones that ended, oldest first. */
  readonly completedExecutors: ExecutorRow[];
}

/** Who runs an executor's tasks: built in for one command, built in for task groups, or a program of the framework's. */
export type ExecutorKind = 'command' | 'default' | 'custom';

/** `registering`: a custom executor that has not subscribed (since the agent started); `terminating`: told to end. */
type ExecutorState = 'registering' | 'running' | 'terminating' | 'terminated';

/** An executor and its tasks. */
export interface ExecutorRow {
  readonly id: ExecutorId;
  readonly framework: FrameworkRow;
  readonly kind: ExecutorKind;
  readonly info: ExecutorInfo;
  readonly containerId: ContainerId;
  /** Absolute path of the sandbox. */
  readonly directory: string;
  /** Secret that a custom executor must present; absent: none asked for. */
  readonly token: string | undefined;
  state: ExecutorState;
  /** Process of a custom executor or of a command task, while known. */
  pid: number | undefined;
  /** Where the container of a custom executor stands; of the built-in kinds each task has its own. */
  phase: ContainerPhase;
  /** Tasks that are not both terminal and acknowledged. */
  readonly tasks: Map<TaskId, TaskRow>;
  /** The last ones that are, oldest first. */
  readonly completedTasks: TaskRow[];
  /** Number of the next task group. */
  nextGroup: number;
}

/** A request to end a task, as checkpointed. */
export interface KillRequest {
  /** Milliseconds since the epoch. */
  readonly atWallMs: number;
  readonly graceMs: number;
  /** Why the agent itself ends the task; absent: it was told to. */
  readonly reason?: KillReason;
}

/** The agent's own reasons for ending a task. */
export type KillReason = 'unhealthy' | 'max-completion-time';

/** A task, from the moment it was accepted. */
export interface TaskRow {
  readonly id: TaskId;
  readonly executor: ExecutorRow;
  readonly info: TaskInfo;
  /** Tasks launched together share it; absent outside groups. */
  readonly group: number | undefined;
  /** Container of its own (task groups) or of its executor. */
  readonly containerId: ContainerId;
  /** Absolute path of the task's own sandbox. */
  readonly directory: string;
  /** What was decided last; may be ahead of the disk. */
  state: mesos.v1.TaskState;
  /** What is on disk: told to masters. */
  checkpointedState: mesos.v1.TaskState;
  /** Newest status per state, in order of arrival, without `data`. */
  readonly statuses: TaskStatus[];
  /** Process of the task, while known. */
  pid: number | undefined;
  /** Where the task's own container stands; for tasks of custom executors it says whether the task was delivered. */
  phase: ContainerPhase;
  kill: KillRequest | undefined;
  /** Milliseconds since the epoch at which the process was first known to run. */
  startedAtWallMs: number | undefined;
}
