import type { Timer } from '../../common/runtime/clock.js';
import type { MasterContext } from '../context.js';
import { markRecoveredUnreachable } from './mark-unreachable.js';

/** After a failover: gives the known agents their time to come back, then marks those that did not unreachable. */
export function awaitReturn(context: MasterContext): Timer {
  return context.clock.after(context.options.agentReregisterTimeoutMs, () => {
    for (const id of [...context.agents.recovered.keys()]) markRecoveredUnreachable(context, id);
  });
}
