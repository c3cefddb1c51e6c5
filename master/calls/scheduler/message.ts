import { ACCEPTED, type CallOutcome } from '../../../common/call-outcome.js';
import { agentId as toAgentId } from '../../../common/ids.js';
import type { mesos } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { isConnected, sendToAgent } from '../../state/agents.js';
import type { FrameworkRow } from '../../state/frameworks.js';

/** The scheduler has something to say to its executor. Delivered at most once. */
export function message(
  context: MasterContext,
  framework: FrameworkRow,
  { agentId, executorId, data }: mesos.v1.scheduler.Call.Message.$Properties,
): CallOutcome {
  context.counters.count('messages_framework_to_executor');
  const agent = context.agents.registered.get(toAgentId(agentId.value));
  if (agent === undefined || !isConnected(agent)) {
    context.counters.count('invalid_framework_to_executor_messages');
    return ACCEPTED;
  }
  context.counters.count('valid_framework_to_executor_messages');
  sendToAgent(agent, { frameworkMessage: { frameworkId: { value: framework.id }, executorId, data } });
  return ACCEPTED;
}
