import { mesos } from '../../proto/index.js';
import type { Refusal } from '../allocator/allocator.js';
import type { MasterContext } from '../context.js';
import { sendToFramework } from '../state/frameworks.js';
import type { OfferRow } from '../state/offers.js';

/** Takes the offer out of the tables; its resources stay with the framework. Returns false when it was out already. */
export function withdrawOffer(context: MasterContext, offer: OfferRow): boolean {
  if (!context.offers.delete(offer.id)) return false;
  offer.timer?.cancel();
  context.frameworks.live.get(offer.frameworkId)?.offers.delete(offer);
  context.agents.registered.get(offer.agentId)?.offers.delete(offer);
  return true;
}

/** Ends the offer and frees its resources, without a word to the framework: it declined, or is no longer there. */
export function discardOffer(context: MasterContext, offer: OfferRow, refusal?: Refusal): void {
  if (!withdrawOffer(context, offer)) return;
  context.allocator.recover(offer.frameworkId, offer.agentId, offer.resources, refusal);
  context.requestAllocation();
}

/** Ends the offer, frees its resources and tells the framework. */
export function rescindOffer(context: MasterContext, offer: OfferRow): void {
  const framework = context.frameworks.live.get(offer.frameworkId);
  const { RESCIND } = mesos.v1.scheduler.Event.Type;
  if (framework !== undefined && context.offers.has(offer.id)) {
    sendToFramework(framework, { type: RESCIND, rescind: { offerId: { value: offer.id } } });
  }
  discardOffer(context, offer);
}
