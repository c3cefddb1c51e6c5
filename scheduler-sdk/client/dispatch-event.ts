import type { Offer, SchedulerEvent } from '../../proto/index.js';
import type { SchedulerHandler } from './handler.js';

/** Tells the handler of an event, status updates apart; `decline` takes the offers that nobody wants. */
export function dispatchEvent(
  event: SchedulerEvent,
  handler: SchedulerHandler,
  decline: (offers: readonly Offer[]) => void,
): void {
  const { offers, rescind, inverseOffers, rescindInverseOffer, updateOperationStatus, message, failure } = event;
  if (offers) (handler.offers ?? decline).call(handler, offers.offers ?? []);
  if (rescind) handler.rescinded?.(rescind.offerId.value);
  if (inverseOffers) handler.inverseOffers?.(inverseOffers.inverseOffers ?? []);
  if (rescindInverseOffer) handler.inverseOfferRescinded?.(rescindInverseOffer.inverseOfferId.value);
  if (updateOperationStatus) handler.operation?.(updateOperationStatus.status);
  if (message) {
    handler.message?.({ agentId: message.agentId.value, executorId: message.executorId.value, data: message.data });
  }
  if (failure) {
    handler.failure?.({
      agentId: failure.agentId?.value,
      executorId: failure.executorId?.value,
      status: failure.status ?? undefined,
    });
  }
}
