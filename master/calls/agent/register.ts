import type { AgentId } from '../../../common/ids.js';
import type { AgentInfo, meseta } from '../../../proto/index.js';
import { type AgentIntroduction, addAgent, offerAgent } from '../../agents/add-agent.js';
import { REPLACED, removeAgent } from '../../agents/remove-agent.js';
import type { AgentSession } from '../../agents/session.js';
import type { MasterContext } from '../../context.js';
import { admitAgent } from '../../registry/admit-agent.js';
import { forgetAgents } from '../../registry/forget-agents.js';
import type { AgentRow } from '../../state/agents.js';
import { validateAgent } from '../../validation/agent.js';
import { textOf } from '../../validation/reasons.js';
import { introduce, pingTimeoutMs, refuseAgent } from './introduction.js';

type RegisterAgent = meseta.v1.RegisterAgent.$Properties;

/** A machine without an id asks to be admitted: it gets a fresh one, which is durable before anyone hears of it. */
export function register(context: MasterContext, session: AgentSession, message: RegisterAgent): void {
  context.counters.count('messages_register_slave');
  if (session.registering) return; // sent twice; one answer is enough
  if (session.agentId !== undefined) {
    registered(session, session.agentId, context);
    return;
  }
  const reasons = validateAgent(message.agent, message.ip);
  if (reasons.length > 0) {
    refuseAgent(context, session, textOf(reasons));
    return;
  }
  const id = context.ids.nextAgent();
  const introduction = introduce(id, message);
  const predecessor = findPredecessor(context, introduction.info);
  if (predecessor !== undefined) removeAgent(context, predecessor, REPLACED);
  session.registering = true;
  const admitted = () => agentAdmitted(context, session, id, introduction);
  context.registrar.apply(admitAgent(id, introduction.info, context.clock.wallMs()), admitted);
}

function agentAdmitted(
  context: MasterContext,
  session: AgentSession,
  id: AgentId,
  introduction: AgentIntroduction,
): void {
  session.registering = false;
  if (!session.open) {
    // It never learnt this id, so nobody can come back with it.
    context.registrar.apply(forgetAgents([id]));
    return;
  }
  const agent = addAgent(context, id, introduction, session);
  registered(session, id, context);
  offerAgent(context, agent);
  context.counters.count('slave_registrations');
  context.log.info('Agent registered', { agent: id, hostname: agent.info.hostname, resources: String(agent.total) });
}

function registered(session: AgentSession, id: AgentId, context: MasterContext): void {
  session.link.send({ registered: { agentId: { value: id }, pingTimeoutMs: pingTimeoutMs(context) } });
}

/**
 * An agent that was on this host and port, and is disconnected: one process can hold a port, so the old agent is over,
 * its work directory wiped. While it still has a link, two machines may share a name, and nothing is taken from either.
 */
function findPredecessor({ agents }: MasterContext, info: AgentInfo): AgentRow | undefined {
  for (const agent of agents.at(info)) if (agent.connection.kind === 'disconnected') return agent;
  return undefined;
}
