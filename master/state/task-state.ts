import { mesos } from '../../proto/index.js';

type TaskState = mesos.v1.TaskState;
const { TaskState } = mesos.v1;

const ENDS: readonly TaskState[] = [
  TaskState.TASK_FINISHED,
  TaskState.TASK_FAILED,
  TaskState.TASK_KILLED,
  TaskState.TASK_ERROR,
  TaskState.TASK_LOST,
  TaskState.TASK_DROPPED,
  TaskState.TASK_GONE,
  TaskState.TASK_GONE_BY_OPERATOR,
];

const OUT_OF_SIGHT: readonly TaskState[] = [TaskState.TASK_UNREACHABLE, TaskState.TASK_UNKNOWN];

/**
 * Where an update of an agent may take a task. A live task walks down the rows and may end anywhere; the same state
 * again carries news, such as a health check's. What the master itself said (lost, unreachable) is not in the way:
 * an agent that returns goes on where it was.
 *
 *     STAGING > STARTING > RUNNING > KILLING > an end
 */
const MOVES: Readonly<Record<TaskState, readonly TaskState[]>> = {
  [TaskState.TASK_STAGING]: [
    TaskState.TASK_STAGING,
    TaskState.TASK_STARTING,
    TaskState.TASK_RUNNING,
    TaskState.TASK_KILLING,
    ...ENDS,
  ],
  [TaskState.TASK_STARTING]: [TaskState.TASK_STARTING, TaskState.TASK_RUNNING, TaskState.TASK_KILLING, ...ENDS],
  [TaskState.TASK_RUNNING]: [TaskState.TASK_RUNNING, TaskState.TASK_KILLING, ...ENDS],
  [TaskState.TASK_KILLING]: [TaskState.TASK_KILLING, ...ENDS],
  [TaskState.TASK_FINISHED]: [],
  [TaskState.TASK_FAILED]: [],
  [TaskState.TASK_KILLED]: [],
  [TaskState.TASK_ERROR]: [],
  [TaskState.TASK_LOST]: [],
  [TaskState.TASK_DROPPED]: [],
  [TaskState.TASK_GONE]: [],
  [TaskState.TASK_GONE_BY_OPERATOR]: [],
  [TaskState.TASK_UNREACHABLE]: [],
  [TaskState.TASK_UNKNOWN]: [],
};

/** Whether an agent's update may take a task from `from` to `to`; `from` undefined: the first update. */
export function isLegalMove(from: TaskState | undefined, to: TaskState): boolean {
  return MOVES[from ?? TaskState.TASK_STAGING]?.includes(to) ?? false;
}

/** Whether nothing follows on this state. TASK_UNREACHABLE and TASK_UNKNOWN are not ends: the task may be seen again. */
export function isTerminal(state: TaskState): boolean {
  return ENDS.includes(state);
}

/** Whether the task no longer counts for its agent: ended, or out of sight with it. */
export function isRemovable(state: TaskState): boolean {
  return isTerminal(state) || OUT_OF_SIGHT.includes(state);
}
