import type { MasterContext } from '../context.js';
import { type AgentRow, sendToAgent } from '../state/agents.js';
import { markAgentUnreachable } from './mark-unreachable.js';

/** Pings the agent every so often; one that misses too many in a row, connected or not, is marked unreachable. */
export function startPings(context: MasterContext, agent: AgentRow): void {
  agent.pingTimer?.cancel();
  agent.pingsMissed = 0;
  ping(context, agent);
}

/** The agent has answered. */
export function pongReceived(agent: AgentRow): void {
  agent.pingsMissed = 0;
}

function ping(context: MasterContext, agent: AgentRow): void {
  const { agentPingTimeoutMs, maxAgentPingTimeouts } = context.options;
  if (agent.pingsMissed >= maxAgentPingTimeouts) {
    markAgentUnreachable(context, agent);
    return;
  }
  agent.pingsMissed++;
  sendToAgent(agent, { ping: { connected: true } });
  agent.pingTimer = context.clock.after(agentPingTimeoutMs, () => ping(context, agent));
}
