import { ACCEPTED, type CallOutcome } from '../../../common/call-outcome.js';
import { offerId } from '../../../common/ids.js';
import type { mesos } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { refusalOf } from '../../offers/refusal.js';
import { discardOffer } from '../../offers/take-back.js';
import type { FrameworkRow } from '../../state/frameworks.js';

/** Offers go back, not to be made again to this framework for a while. Those that are over already are passed by. */
export function decline(
  context: MasterContext,
  framework: FrameworkRow,
  { offerIds, filters }: mesos.v1.scheduler.Call.Decline.$Properties,
): CallOutcome {
  context.counters.count('messages_decline_offers');
  for (const { value } of offerIds ?? []) {
    const offer = context.offers.get(offerId(value));
    if (offer?.frameworkId !== framework.id) continue;
    framework.activity.answered('declined', 1);
    discardOffer(context, offer, refusalOf(context.clock, filters));
  }
  return ACCEPTED;
}
