import { mesos, type Offer, type SchedulerEvent } from '../../proto/index.js';

/** Readers of event streams refuse records of more than 4 MiB; JSON takes up to four times the room of protobuf. */
const MAX_EVENT_BYTES = 1024 * 1024;

/** As few OFFERS events as stay below the size that every reader takes, in order. */
export function toOffersEvents(offers: readonly Offer[]): SchedulerEvent[] {
  const batches: Offer[][] = [];
  let bytesLeft = 0;
  for (const offer of offers) {
    const bytes = mesos.v1.Offer.encode(offer).len;
    if (batches.length === 0 || bytes > bytesLeft) {
      batches.push([]);
      bytesLeft = MAX_EVENT_BYTES;
    }
    batches.at(-1)?.push(offer);
    bytesLeft -= bytes;
  }
  return batches.map((batch) => ({ type: mesos.v1.scheduler.Event.Type.OFFERS, offers: { offers: batch } }));
}
