import { Resources } from '../../common/resources/resources.js';
import type { Offer } from '../../proto/index.js';
import { type Place, placeOf } from './place.js';

/**
 * What one agent offers to one role, possibly in several offers, which can be accepted together. Never changes: taking
 * from it gives a new view.
 */
export interface OfferView {
  readonly offers: readonly Offer[];
  readonly place: Place;
  /** The role that the offers are allocated to; `*` where a master does not say. */
  readonly role: string;
  /** What the offers held at first. */
  readonly total: Resources;
  /** What is left of it. */
  readonly held: Resources;
}

/** Brings the offers of one agent and role together, in the order of their first. */
export function viewsOf(offers: readonly Offer[]): OfferView[] {
  const groups = Map.groupBy(offers, (offer) => `${roleOf(offer)}\n${offer.agentId.value}`);
  return [...groups.values()].flatMap(([first, ...more]) => (first ? [viewOf(first, more)] : []));
}

function viewOf(first: Offer, more: readonly Offer[]): OfferView {
  const offers = [first, ...more];
  const total = Resources.sum(offers.map(({ resources }) => Resources.fromWire(resources)));
  return { offers, place: placeOf(first), role: roleOf(first), total, held: total };
}

function roleOf({ allocationInfo, resources }: Offer): string {
  return allocationInfo?.role ?? resources?.find((each) => each.allocationInfo)?.allocationInfo?.role ?? '*';
}
