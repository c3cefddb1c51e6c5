import { type AgentId, agentId, type FrameworkId, frameworkId, type OfferId, offerId } from '../../common/ids.js';

/** Draws ids built on the master's own: `<master>-0000` for frameworks, `<master>-S0` for agents, `<master>-O0` for offers. */
export class IdSequence {
  readonly #masterId: string;
  #frameworks = 0;
  #agents = 0;
  #offers = 0;

  constructor(masterId: string) {
    this.#masterId = masterId;
  }

  nextFramework(): FrameworkId {
    return frameworkId(`${this.#masterId}-${String(this.#frameworks++).padStart(4, '0')}`);
  }

  nextAgent(): AgentId {
    return agentId(`${this.#masterId}-S${this.#agents++}`);
  }

  nextOffer(): OfferId {
    return offerId(`${this.#masterId}-O${this.#offers++}`);
  }
}
