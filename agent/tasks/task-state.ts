import { CodedError } from '../../common/runtime/errors.js';
import { mesos } from '../../proto/index.js';

const { TaskState } = mesos.v1;
const {
  TASK_STAGING,
  TASK_STARTING,
  TASK_RUNNING,
  TASK_KILLING,
  TASK_FINISHED,
  TASK_FAILED,
  TASK_KILLED,
  TASK_ERROR,
  TASK_LOST,
  TASK_DROPPED,
  TASK_UNREACHABLE,
  TASK_GONE,
  TASK_GONE_BY_OPERATOR,
  TASK_UNKNOWN,
} = TaskState;

type TaskState = mesos.v1.TaskState;

const ENDS: readonly TaskState[] = [
  TASK_FINISHED,
  TASK_FAILED,
  TASK_KILLED,
  TASK_ERROR,
  TASK_LOST,
  TASK_DROPPED,
  TASK_GONE,
];

/**
 * Every move an agent makes or takes from an executor. A state may repeat while it lasts (health, checks, data).
 * UNREACHABLE, GONE_BY_OPERATOR and UNKNOWN are the master's alone.
 */
const MOVES: Readonly<Record<TaskState, readonly TaskState[]>> = {
  [TASK_STAGING]: [TASK_STARTING, TASK_RUNNING, TASK_KILLING, ...ENDS],
  [TASK_STARTING]: [TASK_STARTING, TASK_RUNNING, TASK_KILLING, ...ENDS],
  [TASK_RUNNING]: [TASK_RUNNING, TASK_KILLING, ...ENDS],
  [TASK_KILLING]: [TASK_KILLING, ...ENDS],
  [TASK_FINISHED]: [],
  [TASK_FAILED]: [],
  [TASK_KILLED]: [],
  [TASK_ERROR]: [],
  [TASK_LOST]: [],
  [TASK_DROPPED]: [],
  [TASK_GONE]: [],
  [TASK_UNREACHABLE]: [],
  [TASK_GONE_BY_OPERATOR]: [],
  [TASK_UNKNOWN]: [],
};

/** Whether a task in `from` may go to `to`. */
export function mayMove(from: TaskState, to: TaskState): boolean {
  return MOVES[from]?.includes(to) ?? false;
}

/** Returns `to`, or throws if a task in `from` cannot go there. */
export function moveTask(from: TaskState, to: TaskState): TaskState {
  if (mayMove(from, to)) return to;
  const legal = MOVES[from].map((state) => TaskState[state]).join(', ') || 'nowhere';
  throw new CodedError('ILLEGAL_MOVE', `Cannot move task to ${TaskState[to]}: ${TaskState[from]} leads to ${legal}`);
}

/** Whether a task in `state` will not move again as far as its agent is concerned. */
export function isTerminal(state: TaskState): boolean {
  return ENDS.includes(state);
}
