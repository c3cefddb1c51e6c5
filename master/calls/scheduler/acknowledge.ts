import { ACCEPTED, type CallOutcome } from '../../../common/call-outcome.js';
import { agentId as toAgentId, taskId as toTaskId } from '../../../common/ids.js';
import type { mesos } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { isConnected, sendToAgent } from '../../state/agents.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import { isTerminal } from '../../state/task-state.js';
import type { TaskRow } from '../../state/tasks.js';
import { taskOn } from '../../tasks/add-task.js';
import { removeTask } from '../../tasks/remove-task.js';

/**
 * The framework has taken note of an update: its agent may send the next one, and a task whose end was acknowledged is
 * over. One that finds no agent is dropped; the update comes again, and so will its acknowledgement.
 */
export function acknowledge(
  context: MasterContext,
  framework: FrameworkRow,
  { agentId, taskId, uuid }: mesos.v1.scheduler.Call.Acknowledge.$Properties,
): CallOutcome {
  context.counters.count('messages_status_update_acknowledgement');
  const agent = context.agents.registered.get(toAgentId(agentId.value));
  const row = taskOn(agent, framework.id, toTaskId(taskId.value));
  if (agent === undefined || !isConnected(agent)) {
    context.counters.count('invalid_status_update_acknowledgements');
    return ACCEPTED;
  }
  context.counters.count('valid_status_update_acknowledgements');
  sendToAgent(agent, { acknowledge: { frameworkId: { value: framework.id }, taskId, uuid } });
  if (row !== undefined && endsTask(row, uuid)) removeTask(context, framework, row, 'completed');
  return ACCEPTED;
}

function endsTask({ task }: TaskRow, uuid: Uint8Array): boolean {
  const { statusUpdateState, statusUpdateUuid } = task;
  if (statusUpdateState == null || statusUpdateUuid == null || !isTerminal(statusUpdateState)) return false;
  return Buffer.compare(statusUpdateUuid, uuid) === 0;
}
