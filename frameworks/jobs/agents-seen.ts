import { Resources } from '../../common/resources/resources.js';
import type { Offer } from '../../proto/index.js';
import type { Placement } from '../../scheduler-sdk/index.js';

/** Agents remembered at the most; those heard of longest ago are forgotten first. */
const AGENTS_KEPT = 10_000;

/** What each agent had left when it was last heard of: what "why is my task not placed" is answered from. */
export class AgentsSeen {
  readonly #offers = new Map<string, Offer>();

  /** Notes offers as they come. */
  offered(offers: readonly Offer[]): void {
    for (const offer of offers) {
      this.#offers.delete(offer.agentId.value);
      this.#offers.set(offer.agentId.value, offer);
    }
    for (const oldest of this.#offers.keys()) {
      if (this.#offers.size <= AGENTS_KEPT) break;
      this.#offers.delete(oldest);
    }
  }

  /** Takes off what has been launched. */
  launched({ place, launches }: Placement): void {
    const offer = this.#offers.get(place.agentId);
    if (offer === undefined) return;
    const taken = Resources.sum(launches.map(({ resources }) => Resources.fromWire(resources)));
    const held = Resources.fromWire(offer.resources ?? []);
    this.#offers.set(place.agentId, { ...offer, resources: held.contains(taken) ? held.minus(taken).toWire() : [] });
  }

  /** The agent is gone. */
  lost(agentId: string): void {
    this.#offers.delete(agentId);
  }

  /** The latest offer of each agent, less what was launched since. */
  latest(): Offer[] {
    return [...this.#offers.values()];
  }
}
