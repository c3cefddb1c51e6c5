import { toMilli } from '../../common/resources/amount.js';
import type { Quantities } from '../../common/resources/quantities.js';
import type { FrameworkInfo, mesos } from '../../proto/index.js';
import { type FrameworkCapability, hasCapability, rolesOf } from '../frameworks/capabilities.js';

/** What the allocator has to know of a framework. */
export interface FrameworkProfile {
  readonly roles: ReadonlySet<string>;
  /** Roles in which it wants no offers for now. */
  readonly suppressedRoles: ReadonlySet<string>;
  readonly capabilities: ReadonlySet<OfferCapability>;
  /** Least amounts by role, where the framework has its own: alternatives, none of them meaning that anything will do. */
  readonly minimums?: ReadonlyMap<string, readonly Quantities[]>;
}

/** Without the capability, the resources in question are never offered. */
export type OfferCapability = Extract<
  FrameworkCapability,
  'GPU_RESOURCES' | 'REVOCABLE_RESOURCES' | 'SHARED_RESOURCES' | 'RESERVATION_REFINEMENT'
>;

const OFFER_CAPABILITIES: readonly OfferCapability[] = [
  'GPU_RESOURCES',
  'REVOCABLE_RESOURCES',
  'SHARED_RESOURCES',
  'RESERVATION_REFINEMENT',
];

/** Reads the profile off a framework's own description. */
export function profileOf(info: FrameworkInfo, suppressedRoles: Iterable<string> = []): FrameworkProfile {
  return {
    roles: rolesOf(info),
    suppressedRoles: new Set(suppressedRoles),
    capabilities: new Set(OFFER_CAPABILITIES.filter((name) => hasCapability(info, name))),
    minimums: minimumsOf(info),
  };
}

function minimumsOf({ offerFilters }: FrameworkInfo): ReadonlyMap<string, readonly Quantities[]> {
  return new Map(
    Object.entries(offerFilters ?? {}).flatMap(([role, { minAllocatableResources: least }]) =>
      least ? [[role, (least.quantities ?? []).map(({ quantities }) => toQuantities(quantities ?? {}))]] : [],
    ),
  );
}

function toQuantities(amounts: Readonly<Record<string, mesos.v1.Value.Scalar.$Properties>>): Quantities {
  return new Map(Object.entries(amounts).map(([name, { value }]) => [name, toMilli(value)]));
}
