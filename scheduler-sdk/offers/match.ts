import type { Random } from '../../common/runtime/random.js';
import type { Offer, Resource } from '../../proto/index.js';
import type { Surroundings } from './check-constraint.js';
import { type Evaluation, evaluateView } from './evaluate.js';
import { type Explanation, explain } from './explain.js';
import { type OfferView, viewsOf } from './offer-view.js';
import type { Outcome } from './outcome.js';
import type { Place } from './place.js';
import type { Needs, Requirement } from './requirement.js';

/** One task and what it gets. */
export interface Launch {
  readonly requirement: Requirement;
  readonly place: Place;
  /** For TaskInfo.resources. */
  readonly resources: Resource[];
  /** In the order of the wishes. */
  readonly ports: readonly number[];
  readonly outcome: Outcome;
}

/** The tasks that fit on one agent, and the offers to accept for them, together. */
export interface Placement {
  readonly place: Place;
  readonly offers: readonly Offer[];
  readonly launches: readonly Launch[];
}

/** What fits where, why the rest does not, and what is left. */
export interface MatchResult {
  readonly placements: readonly Placement[];
  /** Why the others have no place, in the order of the requirements. */
  readonly unplaced: readonly Explanation[];
  /** Offers that nothing was taken from: to be declined. */
  readonly unused: readonly Offer[];
}

/** How places are chosen among those that fit. */
export interface MatchOptions {
  /** `spread` (default): to where most is left; `pack`: to where least is left. */
  readonly strategy?: 'spread' | 'pack' | undefined;
  /** Where tasks stand that were placed earlier, by group. */
  readonly peers?: ReadonlyMap<string, readonly Place[]> | undefined;
  /** Chooses among free ports; without it always the lowest. */
  readonly random?: Pick<Random, 'next'> | undefined;
}

type Fit = Extract<Evaluation, { kind: 'fits' }>;

/**
 * Finds a place for each requirement, in their order. Never takes more than an offer holds. Pure but for `random`; ties
 * go to the earlier offer.
 */
export function match(
  requirements: readonly Requirement[],
  offers: readonly Offer[],
  options: MatchOptions = {},
): MatchResult {
  const table = new Table(offers, options);
  const unplaced = requirements.flatMap((requirement) => table.place(requirement) ?? []);
  return { placements: table.placements(), unplaced, unused: table.unused() };
}

/** The offers while they are being shared out. */
class Table {
  readonly #options: MatchOptions;
  readonly #views: OfferView[];
  readonly #launches: Launch[][];
  readonly #peers: Map<string, Place[]>;
  readonly #places: readonly Place[];
  /** What was found not to fit anywhere: what is left only shrinks, so it need not be tried again. */
  readonly #hopeless = new Map<Needs, Map<string | undefined, Explanation>>();

  constructor(offers: readonly Offer[], options: MatchOptions) {
    this.#options = options;
    this.#views = viewsOf(offers);
    this.#launches = this.#views.map(() => []);
    this.#places = this.#views.map(({ place }) => place);
    this.#peers = new Map([...(options.peers ?? [])].map(([group, places]) => [group, [...places]]));
  }

  /** Undefined when a place was found. */
  place(requirement: Requirement): Explanation | undefined {
    const { id, needs, group } = requirement;
    const known = this.#hopeless.get(needs)?.get(group);
    if (known) return { ...known, requirementId: id };
    const around = { peers: this.#peersOf(group), places: this.#places };
    const outcomes: Outcome[] = [];
    let best: { readonly at: number; readonly fit: Fit; readonly left: number } | undefined;
    for (const [at, view] of this.#views.entries()) {
      const found = this.#evaluate(needs, view, around);
      outcomes.push(found.outcome);
      if (found.kind !== 'fits') continue;
      const left = shareLeft(view, found) * (this.#options.strategy === 'pack' ? -1 : 1);
      if (best === undefined || left > best.left) best = { at, fit: found, left };
    }
    if (best !== undefined) {
      this.#take(requirement, best.at, best.fit);
      return undefined;
    }
    const explanation = explain(id, this.#places, outcomes);
    this.#giveUp(needs, group, explanation);
    return explanation;
  }

  placements(): Placement[] {
    return this.#views.flatMap(({ place, offers }, at) => {
      const launches = this.#launches[at] ?? [];
      return launches.length === 0 ? [] : [{ place, offers, launches }];
    });
  }

  unused(): Offer[] {
    return this.#views.flatMap(({ offers }, at) => (this.#launches[at]?.length === 0 ? offers : []));
  }

  #evaluate(needs: Needs, view: OfferView, around: Surroundings): Evaluation {
    const portStart = needs.ports?.includes('any') ? this.#options.random?.next() : 0;
    return evaluateView(needs, view, { ...around, portStart });
  }

  #take(requirement: Requirement, at: number, fit: Fit): void {
    const view = this.#views[at];
    if (view === undefined) return;
    this.#views[at] = { ...view, held: view.held.minus(fit.resources) };
    const { outcome, ports, resources } = fit;
    this.#launches[at]?.push({ requirement, place: view.place, resources: resources.toWire(), ports, outcome });
    if (requirement.group !== undefined) this.#peersOf(requirement.group).push(view.place);
  }

  #peersOf(group: string | undefined): Place[] {
    if (group === undefined) return [];
    const peers = this.#peers.get(group) ?? [];
    this.#peers.set(group, peers);
    return peers;
  }

  #giveUp(needs: Needs, group: string | undefined, explanation: Explanation): void {
    // A value that is ahead of the others may be chosen once they have caught up.
    if (needs.constraints?.some(({ kind }) => kind === 'group-by')) return;
    const groups = this.#hopeless.get(needs) ?? new Map<string | undefined, Explanation>();
    this.#hopeless.set(needs, groups.set(group, explanation));
  }
}

/** The smaller share of cpus and mem that is left of the agent's offer after the taking, 0 to 1. */
function shareLeft({ total, held }: OfferView, { resources }: Fit): number {
  const shares = ['cpus', 'mem'].map((name) => {
    const all = total.scalar(name);
    return all === 0 ? 1 : (held.scalar(name) - resources.scalar(name)) / all;
  });
  return Math.min(...shares);
}
