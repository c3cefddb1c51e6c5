import { mesos } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { rescindOffer } from '../offers/take-back.js';
import type { AgentRow } from '../state/agents.js';
import { endTasks } from '../tasks/end-tasks.js';
import { removeExecutors } from '../tasks/executors.js';

const { TASK_LOST } = mesos.v1.TaskState;
const { REASON_AGENT_DISCONNECTED } = mesos.v1.TaskStatus.Reason;

/**
 * The link to the agent broke: it is offered no more, and what does not checkpoint is lost with it. Everything else
 * waits for its return, until its pings have been missed for too long.
 */
export function disconnectAgent(context: MasterContext, agent: AgentRow, reason: string): void {
  agent.connection = { kind: 'disconnected', sinceWallMs: context.clock.wallMs() };
  context.allocator.deactivateAgent(agent.id);
  for (const offer of [...agent.offers]) rescindOffer(context, offer);
  const { hostname } = agent.info;
  const message = `Agent ${hostname} disconnected`;
  for (const framework of [...context.frameworks.live.values()]) {
    if (framework.info.checkpoint || !framework.agents.has(agent.id)) continue;
    endTasks(context, agent, framework, { state: TASK_LOST, reason: REASON_AGENT_DISCONNECTED, message });
    removeExecutors(context, agent, framework.id);
  }
  context.log.warn('Agent disconnected', { agent: agent.id, hostname, reason });
}
