import type { FrameworkInfo } from '../../proto/index.js';
import { profileOf } from '../allocator/framework-profile.js';
import type { MasterContext } from '../context.js';
import { rescindOffer } from '../offers/take-back.js';
import { sendToAgent } from '../state/agents.js';
import type { FrameworkRow } from '../state/frameworks.js';
import { rolesOf } from './capabilities.js';

/**
 * Gives a framework its new description: offers in roles it left are taken back, and the agents that know it are told,
 * which also makes them send again what is unacknowledged.
 */
export function changeFramework(
  context: MasterContext,
  framework: FrameworkRow,
  info: FrameworkInfo,
  suppressedRoles: readonly string[],
): void {
  framework.info = info;
  framework.roles = rolesOf(info);
  framework.suppressedRoles = new Set(suppressedRoles);
  for (const offer of [...framework.offers]) if (!framework.roles.has(offer.role)) rescindOffer(context, offer);
  context.allocator.updateFramework(framework.id, profileOf(info, suppressedRoles));
  for (const id of framework.agents) {
    const agent = context.agents.registered.get(id);
    if (agent !== undefined) sendToAgent(agent, { updateFramework: { framework: info } });
  }
  context.requestAllocation();
}
