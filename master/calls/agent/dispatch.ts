import type { Link, Receiver } from '../../../common/link.js';
import type { AgentMessage, MasterMessage } from '../../../proto/index.js';
import { disconnectAgent } from '../../agents/disconnect-agent.js';
import { pongReceived } from '../../agents/ping.js';
import { removeAgent, UNREGISTERED } from '../../agents/remove-agent.js';
import type { AgentSession } from '../../agents/session.js';
import type { MasterContext } from '../../context.js';
import type { AgentRow } from '../../state/agents.js';
import { executorExited } from './executor-exited.js';
import { executorMessage } from './executor-message.js';
import { register } from './register.js';
import { reregister } from './reregister.js';
import { statusUpdate } from './status-update.js';

/** Serves one connection of an agent: hands each of its messages to the call that it stands for. */
export function serveAgent(context: MasterContext, link: Link<MasterMessage>): Receiver<AgentMessage> {
  const session: AgentSession = { link, open: true, agentId: undefined, registering: false };
  return {
    received: (message) => dispatch(context, session, message),
    closed: (reason) => {
      session.open = false;
      const agent = agentOf(context, session);
      if (agent !== undefined) disconnectAgent(context, agent, reason);
    },
  };
}

function dispatch(context: MasterContext, session: AgentSession, message: AgentMessage): void {
  if (message.register) {
    register(context, session, message.register);
    return;
  }
  if (message.reregister) {
    reregister(context, session, message.reregister);
    return;
  }
  const agent = agentOf(context, session);
  if (agent === undefined) {
    // Sent over a link that has been replaced, or before the answer to a registration: its owner sends it again.
    context.counters.count('dropped_messages');
    return;
  }
  if (message.update) statusUpdate(context, agent, message.update);
  else if (message.executorMessage) executorMessage(context, agent, message.executorMessage);
  else if (message.executorExited) executorExited(context, agent, message.executorExited);
  else if (message.pong) pongReceived(agent);
  else if (message.unregister) {
    context.counters.count('messages_unregister_slave');
    removeAgent(context, agent, UNREGISTERED);
  }
}

/** The agent whose newest link this is. */
function agentOf(context: MasterContext, { agentId, link }: AgentSession): AgentRow | undefined {
  const agent = agentId === undefined ? undefined : context.agents.registered.get(agentId);
  return agent?.connection.kind === 'connected' && agent.connection.link === link ? agent : undefined;
}
