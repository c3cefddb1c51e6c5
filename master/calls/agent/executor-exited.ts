import { executorId as toExecutorId, frameworkId as toFrameworkId } from '../../../common/ids.js';
import { type meseta, mesos } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import type { AgentRow } from '../../state/agents.js';
import { sendToFramework } from '../../state/frameworks.js';
import { removeExecutor } from '../../tasks/executors.js';

const { FAILURE } = mesos.v1.scheduler.Event.Type;

/** An executor is over: what it held itself is free. Its tasks are told of by updates of their own. */
export function executorExited(
  context: MasterContext,
  agent: AgentRow,
  { frameworkId, executorId, status }: meseta.v1.ExecutorExited.$Properties,
): void {
  const id = toFrameworkId(frameworkId.value);
  context.counters.count('messages_exited_executor');
  if (!removeExecutor(context, agent, id, toExecutorId(executorId.value))) return;
  const framework = context.frameworks.live.get(id);
  if (framework === undefined) return;
  const failure = { agentId: { value: agent.id }, executorId, ...(status != null && { status }) };
  sendToFramework(framework, { type: FAILURE, failure });
}
