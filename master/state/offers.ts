import type { AgentId, FrameworkId, OfferId } from '../../common/ids.js';
import type { Timer } from '../../common/runtime/clock.js';
import type { Resource } from '../../proto/index.js';

/** Resources of one agent promised to one framework in one role, until it answers or the offer is taken back. */
export interface OfferRow {
  readonly id: OfferId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: string;
  /** With `allocation_info` set, whatever the framework's capabilities. */
  readonly resources: readonly Resource[];
  readonly offeredWallMs: number;
  /** Takes the offer back after `offerTimeoutMs`; absent without that option. */
  timer: Timer | undefined;
}

/** Outstanding offers by id. */
export type OfferTable = Map<OfferId, OfferRow>;
