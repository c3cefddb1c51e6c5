import type { Clock } from '../../common/runtime/clock.js';
import { mesos, type TaskStatus } from '../../proto/index.js';
import { latestStatus, type TaskRow } from '../state/tasks.js';

type Reason = mesos.v1.TaskStatus.Reason;

/** What the master says of a task on its own account: without a uuid, so nobody acknowledges it. */
export interface MasterVerdict {
  readonly state: mesos.v1.TaskState;
  readonly reason: Reason;
  readonly message: string;
  /** Milliseconds since the epoch at which the agent became unreachable. */
  readonly unreachableWallMs?: number;
}

/** Ids of a task that need not have a row. */
export interface TaskNames {
  readonly taskId: string;
  readonly agentId?: string | undefined;
  readonly executorId?: string | undefined;
}

/** The status that tells the verdict: source SOURCE_MASTER, stamped in seconds of wall-clock time. */
export function createStatus(clock: Clock, names: TaskNames, verdict: MasterVerdict): TaskStatus {
  const { state, reason, message, unreachableWallMs } = verdict;
  return {
    taskId: { value: names.taskId },
    ...(names.agentId !== undefined && { agentId: { value: names.agentId } }),
    ...(names.executorId !== undefined && { executorId: { value: names.executorId } }),
    state,
    source: mesos.v1.TaskStatus.Source.SOURCE_MASTER,
    reason,
    message,
    timestamp: clock.wallMs() / 1000,
    ...(unreachableWallMs !== undefined && { unreachableTime: { nanoseconds: unreachableWallMs * 1e6 } }),
  };
}

/** The names of a known task. */
export function namesOf(row: TaskRow): TaskNames {
  return { taskId: row.id, agentId: row.agentId, executorId: row.executorId };
}

/** A verdict that repeats what is known of a live task: its container, health and last check as well. */
export function createStatusOf(clock: Clock, row: TaskRow, verdict: MasterVerdict): TaskStatus {
  const { containerStatus, healthy, checkStatus } = latestStatus(row) ?? {};
  return {
    ...createStatus(clock, namesOf(row), verdict),
    ...(containerStatus && { containerStatus }),
    ...(healthy != null && { healthy }),
    ...(checkStatus && { checkStatus }),
  };
}
