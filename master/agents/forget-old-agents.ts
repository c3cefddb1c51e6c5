import type { AgentId } from '../../common/ids.js';
import type { Timer } from '../../common/runtime/clock.js';
import type { MasterContext } from '../context.js';
import { forgetAgents } from '../registry/forget-agents.js';

/** Every so often forgets unreachable and gone agents that are too old or, oldest first, too many. */
export function startForgetting(context: MasterContext): Timer {
  let timer: Timer;
  const run = () => {
    forgetOld(context);
    timer = context.clock.after(context.options.registryGcIntervalMs, run);
  };
  timer = context.clock.after(context.options.registryGcIntervalMs, run);
  return { cancel: () => timer.cancel() };
}

function forgetOld(context: MasterContext): void {
  const { agents } = context;
  const { unreachable, gone } = agents;
  const since = new Map([...unreachable].map(([id, { sinceWallMs }]) => [id, sinceWallMs]));
  const ids = [...pickOld(context, since), ...pickOld(context, gone)];
  if (ids.length === 0) return;
  context.registrar.apply(forgetAgents(ids), () => {
    for (const id of ids) if (unreachable.has(id) || gone.has(id)) agents.move(id, { standing: 'unknown' });
    context.log.info('Old agents forgotten', { agents: ids.length });
  });
}

function pickOld(context: MasterContext, since: ReadonlyMap<AgentId, number>): AgentId[] {
  const { registryMaxAgentAgeMs, registryMaxAgentCount } = context.options;
  const oldest = context.clock.wallMs() - registryMaxAgentAgeMs;
  const excess = since.size - registryMaxAgentCount;
  return [...since]
    .filter(([id]) => !context.agents.returning.has(id))
    .toSorted(([, a], [, b]) => a - b)
    .filter(([, wallMs], at) => at < excess || wallMs < oldest)
    .map(([id]) => id);
}
