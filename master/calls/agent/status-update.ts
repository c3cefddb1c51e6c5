import { frameworkId as toFrameworkId, taskId as toTaskId } from '../../../common/ids.js';
import type { StatusUpdate } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { type AgentRow, sendToAgent } from '../../state/agents.js';
import { isLegalMove, isTerminal } from '../../state/task-state.js';
import type { TaskRow } from '../../state/tasks.js';
import { taskOn } from '../../tasks/add-task.js';
import { applyStatus } from '../../tasks/apply-status.js';
import { countEnd, sendStatus } from '../../tasks/send-status.js';

/**
 * An agent says how a task is: the row follows, the framework hears it and acknowledges in its own time. What nobody
 * would ever acknowledge (the framework was torn down, the order is impossible) the master acknowledges itself, so that
 * the agent's stream goes on.
 */
export function statusUpdate(context: MasterContext, agent: AgentRow, update: StatusUpdate): void {
  const { status } = update;
  const frameworkId = toFrameworkId(update.frameworkId.value);
  const framework = context.frameworks.live.get(frameworkId);
  context.counters.count('messages_status_update');
  if (framework === undefined) {
    context.counters.count('invalid_status_updates');
    if (context.frameworks.completed.has(frameworkId)) acknowledge(agent, update);
    return;
  }
  const id = toTaskId(status.taskId.value);
  const row = taskOn(agent, frameworkId, id);
  if (row === undefined && framework.tasks.has(id)) {
    // Of a twin on another agent, which is being killed: the framework knows only the one.
    context.counters.count('invalid_status_updates');
    acknowledge(agent, update);
    return;
  }
  if (row !== undefined && !isInOrder(row, update)) {
    context.counters.count('invalid_status_updates');
    const { streamState: from } = row;
    context.log.warn('Task update out of order', { task: row.id, framework: frameworkId, from, to: status.state });
    acknowledge(agent, update);
    return;
  }
  context.counters.count('valid_status_updates');
  if (row !== undefined) follow(context, row, update);
  sendStatus(framework, status);
}

function follow(context: MasterContext, row: TaskRow, { status, latestState }: StatusUpdate): void {
  const ended = isTerminal(row.task.state);
  applyStatus(context, row, status, latestState ?? status.state);
  if (!ended && isTerminal(row.task.state)) countEnd(context, { ...status, state: row.task.state });
}

/** An update sent again, because its acknowledgement was lost, is in order. */
function isInOrder({ streamState, task }: TaskRow, { status }: StatusUpdate): boolean {
  if (isLegalMove(streamState, status.state)) return true;
  return (
    status.uuid != null && task.statusUpdateUuid != null && Buffer.compare(status.uuid, task.statusUpdateUuid) === 0
  );
}

function acknowledge(agent: AgentRow, { frameworkId, status }: StatusUpdate): void {
  if (!status.uuid?.length) return;
  sendToAgent(agent, { acknowledge: { frameworkId, taskId: status.taskId, uuid: status.uuid } });
}
