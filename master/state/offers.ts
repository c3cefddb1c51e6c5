import type { AgentId, FrameworkId, OfferId } from '../../common/ids.js';
import type { Resources } from '../../common/resources/resources.js';
import type { Timer } from '../../common/runtime/clock.js';

/** Resources of one agent promised to one framework in one role, until it answers or the offer is taken back. */
export interface OfferRow {
  readonly id: OfferId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: string;
  /** Allocated to `role`. */
  readonly resources: Resources;
  readonly offeredWallMs: number;
  /** Takes the offer back after `offerTimeoutMs`; absent without that option. */
  timer: Timer | undefined;
}

/** Outstanding offers by id. */
export type OfferTable = Map<OfferId, OfferRow>;
