import { ACCEPTED, type CallOutcome } from '../../../common/call-outcome.js';
import { taskId as toTaskId } from '../../../common/ids.js';
import type { mesos } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { sendToAgent } from '../../state/agents.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import { reconcileTask } from './reconcile.js';

/**
 * A task is to be killed. The wish is kept and sent again when its agent, disconnected now, comes back; a task that
 * nobody knows is answered like a reconciliation.
 */
export function kill(
  context: MasterContext,
  framework: FrameworkRow,
  { taskId, agentId, killPolicy }: mesos.v1.scheduler.Call.Kill.$Properties,
): CallOutcome {
  context.counters.count('messages_kill_task');
  const row = framework.tasks.get(toTaskId(taskId.value));
  if (row === undefined) {
    reconcileTask(context, framework, { taskId, ...(agentId && { agentId }) });
    return ACCEPTED;
  }
  if (agentId && agentId.value !== row.agentId) {
    context.log.warn('Kill names another agent', { task: row.id, named: agentId.value, agent: row.agentId });
    return ACCEPTED;
  }
  row.kill = { policy: killPolicy ?? undefined };
  const agent = context.agents.registered.get(row.agentId);
  if (agent === undefined) return ACCEPTED;
  const frameworkId = { value: framework.id };
  sendToAgent(agent, { killTask: { frameworkId, taskId, ...(killPolicy && { killPolicy }) } });
  return ACCEPTED;
}
