import type { AgentId } from '../../../common/ids.js';
import type { meseta } from '../../../proto/index.js';
import type { AgentIntroduction } from '../../agents/add-agent.js';
import type { AgentSession } from '../../agents/session.js';
import type { MasterContext } from '../../context.js';

type Introduction = Pick<meseta.v1.RegisterAgent.$Properties, 'agent' | 'capabilities' | 'version' | 'ip'>;

/** What an agent says of itself, with the id it now has. */
export function introduce(id: AgentId, { agent, capabilities, version, ip }: Introduction): AgentIntroduction {
  return { info: { ...agent, id: { value: id } }, capabilities: capabilities ?? [], version, ip: ip ?? undefined };
}

/** The longest silence after which an agent should dial again: the time it takes to be marked unreachable. */
export function pingTimeoutMs({ options }: MasterContext): number {
  return options.agentPingTimeoutMs * options.maxAgentPingTimeouts;
}

/** Says no for good and hangs up. */
export function refuseAgent(context: MasterContext, { link }: AgentSession, message: string): void {
  context.log.warn('Agent refused', { message });
  link.send({ refused: { message } });
  link.close();
}
