import { mesos } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { rescindOffer } from '../offers/take-back.js';
import type { AgentPlace, AgentRow } from '../state/agents.js';
import { sendToFramework } from '../state/frameworks.js';
import { removeExecutors } from '../tasks/executors.js';

const { FAILURE } = mesos.v1.scheduler.Event.Type;

/**
 * Takes an agent, whose tasks have been ended, out of the registered ones and `to` where it stands from now on: its
 * offers are taken back, its link closed, and every framework hears of the loss. The registry has been told before.
 */
export function dropAgent(context: MasterContext, agent: AgentRow, to: AgentPlace, cause: string): void {
  for (const framework of [...agent.executors.keys()]) removeExecutors(context, agent, framework);
  for (const offer of [...agent.offers]) rescindOffer(context, offer);
  agent.pingTimer?.cancel();
  context.agents.move(agent.id, to);
  context.allocator.removeAgent(agent.id);
  if (agent.connection.kind === 'connected') agent.connection.link.close();
  for (const framework of context.frameworks.live.values()) {
    framework.agents.delete(agent.id);
    sendToFramework(framework, { type: FAILURE, failure: { agentId: { value: agent.id } } });
  }
  context.log.warn('Agent removed', { agent: agent.id, hostname: agent.info.hostname, cause });
}
