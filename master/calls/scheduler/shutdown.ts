import { ACCEPTED, type CallOutcome } from '../../../common/call-outcome.js';
import { agentId as toAgentId, executorId as toExecutorId } from '../../../common/ids.js';
import type { mesos } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { sendToAgent } from '../../state/agents.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import { executorOn } from '../../tasks/executors.js';

/** An executor is to stop, with its tasks. One that is unknown has stopped already, or never was. */
export function shutdown(
  context: MasterContext,
  framework: FrameworkRow,
  { agentId, executorId }: mesos.v1.scheduler.Call.Shutdown.$Properties,
): CallOutcome {
  const agent = context.agents.registered.get(toAgentId(agentId.value));
  if (agent === undefined || !executorOn(agent, framework.id, toExecutorId(executorId.value))) {
    context.log.warn('Executor to shut down is unknown', { executor: executorId.value, agent: agentId.value });
    return ACCEPTED;
  }
  sendToAgent(agent, { shutdownExecutor: { frameworkId: { value: framework.id }, executorId } });
  return ACCEPTED;
}
