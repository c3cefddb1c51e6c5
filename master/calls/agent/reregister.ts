import { type AgentId, agentId } from '../../../common/ids.js';
import { type AgentInfo, type meseta, mesos, type Task } from '../../../proto/index.js';
import { type AgentIntroduction, addAgent, offerAgent } from '../../agents/add-agent.js';
import { adoptTasks } from '../../agents/adopt-tasks.js';
import { GONE_MESSAGE } from '../../agents/mark-agent-gone.js';
import { endUnreported, resumeAgent } from '../../agents/resume-agent.js';
import type { AgentSession } from '../../agents/session.js';
import type { MasterContext } from '../../context.js';
import { admitAgent } from '../../registry/admit-agent.js';
import { markGone } from '../../registry/mark-gone.js';
import { isTerminal } from '../../state/task-state.js';
import { validateAgent } from '../../validation/agent.js';
import { validateReport } from '../../validation/agent-report.js';
import { textOf } from '../../validation/reasons.js';
import { introduce, pingTimeoutMs, refuseAgent } from './introduction.js';

type ReregisterAgent = meseta.v1.ReregisterAgent.$Properties;

/**
 * An agent that has an id returns with what it runs. What the registry does not say already is made durable first: an
 * agent it does not know (its store was lost), one that was unreachable, or one whose description changed.
 */
export function reregister(context: MasterContext, session: AgentSession, message: ReregisterAgent): void {
  context.counters.count('messages_reregister_slave');
  if (session.registering) return;
  const reasons = message.agent.id
    ? [...validateAgent(message.agent, message.ip), ...validateReport(message)]
    : ['Agent re-registers without its id'];
  if (reasons.length > 0) {
    refuseAgent(context, session, textOf(reasons));
    return;
  }
  const id = agentId(message.agent.id?.value ?? '');
  if (context.agents.gone.has(id)) {
    refuseAgent(context, session, GONE_MESSAGE);
    return;
  }
  session.registering = true;
  context.agents.returning.set(id, session.link);
  const introduction = introduce(id, message);
  const readmitted = () => agentReadmitted(context, session, message, introduction);
  if (isDurable(context, id, introduction.info)) readmitted();
  else context.registrar.apply(admitAgent(id, introduction.info, context.clock.wallMs()), readmitted);
}

function agentReadmitted(
  context: MasterContext,
  session: AgentSession,
  message: ReregisterAgent,
  introduction: AgentIntroduction,
): void {
  session.registering = false;
  const id = agentId(message.agent.id?.value ?? '');
  const newest = context.agents.returning.get(id) === session.link;
  if (!newest) return;
  context.agents.returning.delete(id);
  const goneWallMs = context.agents.gone.get(id);
  if (goneWallMs !== undefined) {
    // Declared gone while this was being written: that stands.
    context.registrar.apply(markGone(id, introduction.info, goneWallMs));
    refuseAgent(context, session, GONE_MESSAGE);
    return;
  }
  enter(context, session, message, introduction, id);
  context.counters.count('slave_reregistrations');
}

function enter(
  context: MasterContext,
  session: AgentSession,
  message: ReregisterAgent,
  introduction: AgentIntroduction,
  id: AgentId,
): void {
  const known = context.agents.registered.get(id);
  const answer = { reregistered: { agentId: { value: id }, pingTimeoutMs: pingTimeoutMs(context) } };
  if (known !== undefined) {
    session.link.send(answer);
    resumeAgent(context, known, introduction, session, message);
    return;
  }
  const before = context.agents.standingOf(id);
  const announce = before !== 'recovered';
  const wasUnreachable = before === 'unreachable';
  const agent = addAgent(context, id, introduction, session);
  agent.reregisteredWallMs = context.clock.wallMs();
  session.link.send(answer);
  const greeting = wasUnreachable ? 'Unreachable agent re-reregistered' : 'Unknown agent reregistered';
  adoptTasks(context, agent, message, ({ task }) => (announce && !leadsUpToEnd(task) ? greeting : undefined));
  endUnreachable(context, id);
  offerAgent(context, agent);
  context.log.info('Agent re-registered', { agent: id, hostname: agent.info.hostname, wasUnreachable });
}

/** Updates that come before its end are yet to be told: told now, the end would come before what led to it. */
function leadsUpToEnd({ state, statusUpdateState }: Task): boolean {
  return isTerminal(state) && statusUpdateState != null && statusUpdateState !== state;
}

/** Tasks that went out of sight with the agent and did not come back with it never reached it. */
function endUnreachable(context: MasterContext, id: AgentId): void {
  for (const framework of context.frameworks.live.values()) {
    for (const row of [...framework.unreachableTasks.values()]) if (row.agentId === id) endUnreported(context, row);
  }
}

/** Whether the registry says already that this agent, as it describes itself, is admitted. */
function isDurable({ agents }: MasterContext, id: AgentId, info: AgentInfo): boolean {
  const registered = agents.registered.get(id);
  const known = registered?.leaving ? undefined : (registered ?? agents.recovered.get(id));
  if (known === undefined) return false;
  const bytes = (each: AgentInfo) => mesos.v1.AgentInfo.encode(each).finish();
  return Buffer.compare(bytes(known.info), bytes(info)) === 0;
}
