import type { FrameworkId, OfferId } from '../../common/ids.js';
import type { OfferRow, OfferTable } from '../state/offers.js';
import { FINE, type Reasons } from './reasons.js';

/** Offers that a framework accepts: still valid, each named once, its own, and of one agent and role. */
export function validateOffers(ids: readonly OfferId[], offers: OfferTable, frameworkId: FrameworkId): Reasons {
  if (ids.length === 0) return ['No offers specified'];
  const stale = ids.filter((id) => !offers.has(id)).map((id) => `Offer ${id} is no longer valid`);
  if (stale.length > 0) return stale;
  const duplicate = ids.find((id, at) => ids.indexOf(id) !== at);
  if (duplicate !== undefined) return [`Duplicate offer ${duplicate} in offer list`];
  const rows = ids.flatMap((id) => offers.get(id) ?? []);
  return [...rows.flatMap((row) => validateOwner(row, frameworkId)), ...validateTogether(rows)];
}

function validateOwner(offer: OfferRow, frameworkId: FrameworkId): Reasons {
  if (offer.frameworkId === frameworkId) return FINE;
  const { id, frameworkId: owner } = offer;
  return [`Offer ${id} has invalid framework ${owner} while framework ${frameworkId} is expected`];
}

function validateTogether([first, ...others]: readonly OfferRow[]): Reasons {
  if (first === undefined) return FINE;
  for (const { id, role, agentId } of others) {
    if (role !== first.role) {
      return [
        `Aggregated offers must be allocated to the same role. Offer ${id} uses role '${role}' but another is using role '${first.role}'`,
      ];
    }
    if (agentId !== first.agentId) {
      return [
        `Aggregated offers must belong to one single agent. Offer ${id} uses agent ${agentId} and agent ${first.agentId}`,
      ];
    }
  }
  return FINE;
}
