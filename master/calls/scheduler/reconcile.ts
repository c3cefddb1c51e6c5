import { ACCEPTED, type CallOutcome } from '../../../common/call-outcome.js';
import { type AgentId, agentId as toAgentId, taskId as toTaskId } from '../../../common/ids.js';
import { mesos, type TaskStatus } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { hasCapability } from '../../frameworks/capabilities.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import type { TaskRow } from '../../state/tasks.js';
import { createStatus, createStatusOf, type MasterVerdict } from '../../tasks/create-status.js';
import { sendStatus } from '../../tasks/send-status.js';

type Asked = mesos.v1.scheduler.Call.Reconcile.Task.$Properties;
const { TASK_GONE, TASK_GONE_BY_OPERATOR, TASK_LOST, TASK_UNKNOWN, TASK_UNREACHABLE } = mesos.v1.TaskState;
const { REASON_RECONCILIATION } = mesos.v1.TaskStatus.Reason;

/** What the master knows of the tasks asked for or, when none are named, of all tasks of the framework. */
export function reconcile(context: MasterContext, framework: FrameworkRow, asked: readonly Asked[]): CallOutcome {
  context.counters.count('messages_reconcile_tasks');
  if (asked.length === 0) for (const row of framework.tasks.values()) sendLatest(context, framework, row);
  else for (const task of asked) reconcileTask(context, framework, task);
  return ACCEPTED;
}

/**
 * Answers for one task. There is no answer while the agent that may run it has yet to come back after a failover: the
 * framework asks again.
 */
export function reconcileTask(context: MasterContext, framework: FrameworkRow, { taskId, agentId }: Asked): void {
  const row = framework.tasks.get(toTaskId(taskId.value));
  if (row !== undefined) {
    sendLatest(context, framework, row);
    return;
  }
  const verdict = judge(context, agentId ? toAgentId(agentId.value) : undefined);
  if (verdict === undefined) return;
  const ended = verdict.state === TASK_UNKNOWN && agentId ? endedOn(framework, taskId.value, agentId.value) : undefined;
  if (ended !== undefined) {
    sendLatest(context, framework, ended);
    return;
  }
  const state = hasCapability(framework.info, 'PARTITION_AWARE') ? verdict.state : TASK_LOST;
  const status = createStatus(context.clock, { taskId: taskId.value, agentId: agentId?.value }, { ...verdict, state });
  sendStatus(framework, status);
}

/**
 * A task that ended with its agent, which has been removed: its framework may have missed that, and nobody else can tell
 * it any more.
 */
function endedOn(framework: FrameworkRow, taskId: string, agentId: string): TaskRow | undefined {
  return framework.completedTasks.findLast((row) => row.id === taskId && row.agentId === agentId);
}

/** What to say, to those who can take it, of a task that is not known but may be on that agent; undefined: nothing yet. */
function judge({ agents }: MasterContext, id: AgentId | undefined): MasterVerdict | undefined {
  const reason = REASON_RECONCILIATION;
  if (id === undefined ? agents.recovered.size > 0 : agents.recovered.has(id)) return undefined;
  if (id !== undefined && agents.registered.has(id)) {
    return { state: TASK_GONE, reason, message: 'Reconciliation: Task is unknown to the agent' };
  }
  const unreachable = id === undefined ? undefined : agents.unreachable.get(id);
  if (unreachable !== undefined) {
    const message = 'Reconciliation: Task is unreachable';
    return { state: TASK_UNREACHABLE, reason, message, unreachableWallMs: unreachable.sinceWallMs };
  }
  if (id !== undefined && agents.gone.has(id)) {
    return { state: TASK_GONE_BY_OPERATOR, reason, message: 'Reconciliation: Task is gone' };
  }
  return { state: TASK_UNKNOWN, reason, message: 'Reconciliation: Task is unknown' };
}

function sendLatest(context: MasterContext, framework: FrameworkRow, row: TaskRow): void {
  const state = row.task.statusUpdateState ?? row.task.state;
  const message = 'Reconciliation: Latest task state';
  const status: TaskStatus = createStatusOf(context.clock, row, { state, reason: REASON_RECONCILIATION, message });
  sendStatus(framework, status);
}
