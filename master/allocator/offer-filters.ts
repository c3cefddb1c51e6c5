import type { AgentId, FrameworkId } from '../../common/ids.js';
import type { Resources } from '../../common/resources/resources.js';
import type { Refusal } from './allocator.js';
import { type Expiring, ExpiryQueue } from './expiry-queue.js';
import type { Claimant } from './sorter/role-tree.js';

/** How long declined resources are withheld when the framework does not say. Proto default of `refuse_seconds`. */
export const DEFAULT_REFUSE_MS = 5_000;
/** Longer refusals are cut to this, as in the original. */
export const MAX_REFUSE_MS = 365 * 24 * 60 * 60 * 1000;

interface Filter extends Expiring {
  readonly claimant: Claimant;
  readonly agentId: AgentId;
  /** Allocated to nobody. */
  readonly resources: Resources;
}

type FiltersByAgent = Map<AgentId, Filter[]>;

/**
 * What frameworks have declined and for how long. A filter refuses exactly what is contained in what was declined: as
 * soon as an agent has more of anything, it is offered again.
 */
export class OfferFilters {
  readonly #frameworks = new Map<FrameworkId, Map<string, FiltersByAgent>>();
  readonly #queue = new ExpiryQueue<Filter>();

  /** Remembers that `resources` were declined; a refusal of 0 leaves no trace. */
  add(claimant: Claimant, agentId: AgentId, resources: Resources, refusal: Refusal): void {
    const refuseMs = readRefuseMs(refusal.refuseMs);
    if (refuseMs === 0 || resources.isEmpty) return;
    const expiresAtMs = refusal.nowMs + refuseMs;
    const filters = this.#filtersFor(claimant, agentId);
    if (filters.some((other) => other.expiresAtMs >= expiresAtMs && other.resources.contains(resources))) return;
    const outlived = filters.filter((other) => other.expiresAtMs <= expiresAtMs && resources.contains(other.resources));
    for (const filter of outlived) this.#drop(filter);
    const filter = { claimant, agentId, resources, expiresAtMs, dropped: false };
    this.#filtersFor(claimant, agentId).push(filter);
    this.#queue.push(filter);
  }

  /** Until when the resources, allocated to nobody, are refused; undefined: they are not. */
  refusedUntilMs({ frameworkId, role }: Claimant, agentId: AgentId, resources: Resources, nowMs: number) {
    const filters = this.#frameworks.get(frameworkId)?.get(role)?.get(agentId) ?? [];
    const ends = filters
      .filter((filter) => filter.expiresAtMs > nowMs && filter.resources.contains(resources))
      .map(({ expiresAtMs }) => expiresAtMs);
    return ends.length === 0 ? undefined : Math.max(...ends);
  }

  /** Forgets filters that have ended and gives the agents they were for. */
  expire(nowMs: number): ReadonlySet<AgentId> {
    const expired = this.#queue.takeExpired(nowMs);
    for (const filter of expired) this.#unlist(filter);
    return new Set(expired.map(({ agentId }) => agentId));
  }

  /** When the next filter ends, in ms of the monotonic clock; undefined: there is none. */
  nextExpiryMs(): number | undefined {
    return this.#queue.nextExpiryMs();
  }

  /** How many there are, by role. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const roles of this.#frameworks.values()) {
      for (const [role, agents] of roles) {
        for (const filters of agents.values()) counts.set(role, (counts.get(role) ?? 0) + filters.length);
      }
    }
    return counts;
  }

  /** Drops all filters of a framework, or those of one of its roles. */
  clear(frameworkId: FrameworkId, role?: string): void {
    const roles = this.#frameworks.get(frameworkId) ?? new Map<string, FiltersByAgent>();
    const dropped = role === undefined ? [...roles.values()] : [roles.get(role) ?? new Map()];
    for (const agents of dropped)
      for (const filters of [...agents.values()]) for (const one of [...filters]) this.#drop(one);
  }

  removeAgent(agentId: AgentId): void {
    for (const roles of [...this.#frameworks.values()]) {
      for (const agents of [...roles.values()]) for (const one of [...(agents.get(agentId) ?? [])]) this.#drop(one);
    }
  }

  #filtersFor({ frameworkId, role }: Claimant, agentId: AgentId): Filter[] {
    const roles = getOrCreate(this.#frameworks, frameworkId, () => new Map<string, FiltersByAgent>());
    const agents = getOrCreate(roles, role, (): FiltersByAgent => new Map());
    return getOrCreate(agents, agentId, (): Filter[] => []);
  }

  #drop(filter: Filter): void {
    filter.dropped = true;
    this.#unlist(filter);
    this.#queue.noteDropped();
  }

  #unlist(filter: Filter): void {
    const { frameworkId, role } = filter.claimant;
    const roles = this.#frameworks.get(frameworkId);
    const agents = roles?.get(role);
    const rest = (agents?.get(filter.agentId) ?? []).filter((other) => other !== filter);
    if (rest.length > 0) agents?.set(filter.agentId, rest);
    else agents?.delete(filter.agentId);
    if (agents?.size === 0) roles?.delete(role);
    if (roles?.size === 0) this.#frameworks.delete(frameworkId);
  }
}

function readRefuseMs(refuseMs: number): number {
  return refuseMs >= 0 ? Math.min(refuseMs, MAX_REFUSE_MS) : DEFAULT_REFUSE_MS; // NaN is neither
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
