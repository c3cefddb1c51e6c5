import type { FrameworkId } from '../../common/ids.js';
import type { Offer } from '../../proto/index.js';
import type { Proposal } from '../allocator/allocator.js';
import type { MasterContext } from '../context.js';
import { isConnected } from '../state/agents.js';
import { sendToFramework } from '../state/frameworks.js';
import type { OfferRow } from '../state/offers.js';
import { toOffersEvents } from './split-offers.js';
import { rescindOffer } from './take-back.js';
import { toWireOffer } from './wire-offer.js';

/** Asks the allocator what can be offered now, gives each proposal an id and a row, and sends them off. */
export function sendOffers(context: MasterContext): void {
  const outgoing = new Map<FrameworkId, Offer[]>();
  for (const proposal of context.allocator.allocate(context.clock.nowMs(), context.random)) {
    const offer = makeOffer(context, proposal);
    if (offer === undefined) continue;
    const offers = outgoing.get(proposal.frameworkId) ?? [];
    offers.push(offer);
    outgoing.set(proposal.frameworkId, offers);
  }
  for (const [id, offers] of outgoing) {
    const framework = context.frameworks.live.get(id);
    if (framework === undefined) continue;
    for (const event of toOffersEvents(offers)) sendToFramework(framework, event);
    context.log.debug('Offers sent', { framework: id, offers: offers.length });
  }
}

function makeOffer(context: MasterContext, proposal: Proposal): Offer | undefined {
  const { frameworkId, agentId, role, resources } = proposal;
  const framework = context.frameworks.live.get(frameworkId);
  const agent = context.agents.registered.get(agentId);
  if (framework?.connection.kind !== 'connected' || agent === undefined || !isConnected(agent) || agent.leaving) {
    context.allocator.recover(frameworkId, agentId, resources);
    return undefined;
  }
  const id = context.ids.nextOffer();
  const offeredWallMs = context.clock.wallMs();
  const offer: OfferRow = { id, frameworkId, agentId, role, resources, offeredWallMs, timer: undefined };
  context.offers.set(id, offer);
  framework.offers.add(offer);
  agent.offers.add(offer);
  const { offerTimeoutMs } = context.options;
  if (offerTimeoutMs !== undefined)
    offer.timer = context.clock.after(offerTimeoutMs, () => rescindOffer(context, offer));
  return toWireOffer(offer, agent, framework);
}
