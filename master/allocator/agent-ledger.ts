import type { AgentId, FrameworkId } from '../../common/ids.js';
import { Resources } from '../../common/resources/resources.js';
import { CodedError } from '../../common/runtime/errors.js';
import type { AgentView } from './allocator.js';

/** Who holds what of one agent. Nothing can be granted that is not free, nor given back that is not held. */
export class AgentLedger implements AgentView {
  readonly id: AgentId;
  readonly #held: Map<FrameworkId, Resources>;
  #total: Resources;
  #free: Resources;
  active = true;

  constructor(id: AgentId, total: Resources, held: ReadonlyMap<FrameworkId, Resources>) {
    this.id = id;
    this.#total = total;
    this.#held = new Map([...held].filter(([, resources]) => !resources.isEmpty));
    this.#free = this.#reckonFree();
  }

  get total(): Resources {
    return this.#total;
  }

  get free(): Resources {
    return this.#free;
  }

  get held(): ReadonlyMap<FrameworkId, Resources> {
    return this.#held;
  }

  setTotal(total: Resources): void {
    this.#total = total;
    this.#free = this.#reckonFree();
  }

  /** Hands out free resources, allocated to a role. Throws INTERNAL if they are not free: this is the last line. */
  grant(frameworkId: FrameworkId, resources: Resources): void {
    const plain = resources.unallocated();
    if (!this.#free.contains(plain)) {
      throw new CodedError('INTERNAL', `Cannot grant ${resources} of agent ${this.id}: only ${this.#free} is free`);
    }
    this.#free = this.#free.minus(plain.nonShared());
    this.#held.set(frameworkId, this.#heldBy(frameworkId).plus(resources));
  }

  /** Notes what is held without having been granted. */
  charge(frameworkId: FrameworkId, resources: Resources): void {
    this.#setHeld(frameworkId, this.#heldBy(frameworkId).plus(resources));
  }

  release(frameworkId: FrameworkId, resources: Resources): void {
    const held = this.#heldBy(frameworkId);
    if (!held.contains(resources)) {
      const what = `${resources} of framework ${frameworkId} on agent ${this.id}`;
      throw new CodedError('INTERNAL', `Cannot recover ${what}: it holds ${held}`);
    }
    this.#setHeld(frameworkId, held.minus(resources));
  }

  /** What a framework holds becomes something else, and so does the total. */
  convert(frameworkId: FrameworkId, consumed: Resources, converted: Resources): void {
    const held = this.#heldBy(frameworkId).minus(consumed).plus(converted);
    this.#total = this.#total.minus(consumed.unallocated()).plus(converted.unallocated());
    this.#setHeld(frameworkId, held);
  }

  #heldBy(frameworkId: FrameworkId): Resources {
    return this.#held.get(frameworkId) ?? Resources.EMPTY;
  }

  #setHeld(frameworkId: FrameworkId, held: Resources): void {
    if (held.isEmpty) this.#held.delete(frameworkId);
    else this.#held.set(frameworkId, held);
    this.#free = this.#reckonFree();
  }

  /** From scratch, because agents may report the same port as held twice: then a difference would go astray. */
  #reckonFree(): Resources {
    const held = Resources.sum(this.#held.values()).nonShared().unallocated();
    return this.#total.contains(held) ? this.#total.minus(held) : Resources.EMPTY;
  }
}
