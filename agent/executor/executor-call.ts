import { type CallRefusal, refused } from '../../common/call-outcome.js';
import { type ExecutorCall, mesos, type TaskStatus } from '../../proto/index.js';

const { SUBSCRIBE, UPDATE, MESSAGE } = mesos.v1.executor.Call.Type;
const { TASK_STAGING, TASK_UNREACHABLE, TASK_GONE_BY_OPERATOR, TASK_UNKNOWN } = mesos.v1.TaskState;
const { TaskState } = mesos.v1;
const { SOURCE_EXECUTOR } = mesos.v1.TaskStatus.Source;

/** What is wrong with the form of a call, as the original says it; undefined when nothing is. */
export function validateExecutorCall(call: ExecutorCall): CallRefusal | undefined {
  const problem = problemOf(call);
  return problem === undefined ? undefined : refused(400, `Failed to validate executor::Call: ${problem}`);
}

function problemOf(call: ExecutorCall): string | undefined {
  switch (call.type ?? mesos.v1.executor.Call.Type.UNKNOWN) {
    case mesos.v1.executor.Call.Type.UNKNOWN:
      return "Expecting 'type' to be present";
    case SUBSCRIBE:
      if (!call.subscribe) return "Expecting 'subscribe' to be present";
      return firstProblem(call.subscribe.unacknowledgedUpdates ?? [], ({ status }) => statusProblem(call, status));
    case UPDATE:
      return call.update ? statusProblem(call, call.update.status) : "Expecting 'update' to be present";
    case MESSAGE:
      return call.message ? undefined : "Expecting 'message' to be present";
    default:
      return undefined;
  }
}

function statusProblem({ executorId, frameworkId }: ExecutorCall, status: TaskStatus): string | undefined {
  if (!status.uuid || status.uuid.length === 0) return "Expecting 'uuid' to be present";
  if (status.uuid.length !== 16) return `Expecting 'uuid' to be 16 bytes, got ${status.uuid.length}`;
  if (status.executorId && status.executorId.value !== executorId.value) {
    return `ExecutorID in Call: ${executorId.value} does not match ExecutorID in TaskStatus: ${status.executorId.value}`;
  }
  const who = `from executor ${executorId.value} of framework ${frameworkId.value}`;
  if (status.source !== SOURCE_EXECUTOR) {
    return `Received Call ${who} with invalid source, expecting 'SOURCE_EXECUTOR'`;
  }
  if (NOT_FOR_EXECUTORS.includes(status.state))
    return `Received ${TaskState[status.state]} ${who} which is not allowed`;
  return undefined;
}

const NOT_FOR_EXECUTORS: readonly mesos.v1.TaskState[] = [
  TASK_STAGING,
  TASK_UNREACHABLE,
  TASK_GONE_BY_OPERATOR,
  TASK_UNKNOWN,
];

function firstProblem<Item>(items: readonly Item[], problem: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = problem(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Compares secrets in a time that depends on their lengths only. */
export function sameSecret(wanted: string, given: string): boolean {
  let difference = wanted.length ^ given.length;
  for (let at = 0; at < wanted.length; at++) difference |= wanted.charCodeAt(at) ^ (given.charCodeAt(at) || 0);
  return difference === 0;
}
