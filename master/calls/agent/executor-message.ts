import { frameworkId as toFrameworkId } from '../../../common/ids.js';
import { type meseta, mesos } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import type { AgentRow } from '../../state/agents.js';
import { sendToFramework } from '../../state/frameworks.js';

const { MESSAGE } = mesos.v1.scheduler.Event.Type;

/** An executor has something to say to its scheduler. Delivered at most once. */
export function executorMessage(
  context: MasterContext,
  agent: AgentRow,
  { frameworkId, executorId, data }: meseta.v1.ExecutorMessage.$Properties,
): void {
  const framework = context.frameworks.live.get(toFrameworkId(frameworkId.value));
  context.counters.count('messages_executor_to_framework');
  if (framework === undefined) {
    context.counters.count('invalid_executor_to_framework_messages');
    return;
  }
  context.counters.count('valid_executor_to_framework_messages');
  sendToFramework(framework, { type: MESSAGE, message: { agentId: { value: agent.id }, executorId, data } });
}
