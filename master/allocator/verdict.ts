import type { Entry } from '../../common/resources/entry.js';
import type { Quantities } from '../../common/resources/quantities.js';
import { Resources } from '../../common/resources/resources.js';
import type { AgentView } from './allocator.js';
import type { Verdict } from './explanation.js';
import type { FrameworkProfile, OfferCapability } from './framework-profile.js';
import { reachesMinimum } from './minimum.js';

/** What stands behind one look at an agent on behalf of a framework in a role. */
export interface Look {
  readonly agent: AgentView;
  readonly profile: FrameworkProfile;
  readonly role: string;
  /** Alternatives; one of them must be reached. */
  readonly minimums: readonly Quantities[];
  /** Whether agents with GPUs are kept for frameworks that can use them. */
  readonly filterGpus: boolean;
  /** Until when the framework refuses these resources of this agent; undefined: it does not. */
  readonly refusedUntilMs: (resources: Resources) => number | undefined;
}

/** Decides whether, and with which resources, an agent can be offered. Everything that offers or explains asks here. */
export function judge({ agent, profile, role, minimums, filterGpus, refusedUntilMs }: Look): Verdict {
  if (!agent.active) return { kind: 'agent-inactive' };
  if (agent.free.isEmpty) return { kind: 'nothing-left', holders: [...agent.held.keys()] };
  const usable = agent.free.usableBy(role);
  if (usable.isEmpty) return { kind: 'reserved-for-others', roles: [...agent.free.reservations().keys()] };
  if (filterGpus && !profile.capabilities.has('GPU_RESOURCES') && agent.total.scalar('gpus') > 0) {
    return { kind: 'capability-missing', capabilities: ['GPU_RESOURCES'] };
  }
  const offered = usable.filter((entry) => missingFor(entry, profile).length === 0);
  if (offered.isEmpty) return { kind: 'capability-missing', capabilities: allMissing(usable, profile) };
  const scalars = offered.scalars();
  if (!reachesMinimum(scalars, minimums)) return { kind: 'below-minimum', free: scalars, minimums };
  const untilMs = refusedUntilMs(offered);
  if (untilMs !== undefined) return { kind: 'filtered', untilMs };
  return { kind: 'eligible', resources: inOfferOrder(offered).allocatedTo(role) };
}

function missingFor({ kind }: Entry, { capabilities }: FrameworkProfile): readonly OfferCapability[] {
  const needed: OfferCapability[] = [];
  if (kind.revocable) needed.push('REVOCABLE_RESOURCES');
  if (kind.shared) needed.push('SHARED_RESOURCES');
  if (kind.reservations.length > 1) needed.push('RESERVATION_REFINEMENT');
  return needed.filter((capability) => !capabilities.has(capability));
}

function allMissing(resources: Resources, profile: FrameworkProfile): readonly OfferCapability[] {
  return [...new Set([...resources].flatMap((entry) => missingFor(entry, profile)))];
}

/** The original lists what quota never limits first: reserved, revocable, and all but scalars; frameworks see this order. */
function inOfferOrder(resources: Resources): Resources {
  const limited = ({ kind, amount }: Entry) =>
    amount.kind === 'scalar' && kind.reservations.length === 0 && !kind.revocable;
  return Resources.of([...[...resources].filter((entry) => !limited(entry)), ...[...resources].filter(limited)]);
}
