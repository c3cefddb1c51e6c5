import type { FrameworkInfo } from '../../proto/index.js';
import { type FrameworkCapability, hasCapability, rolesOf } from '../frameworks/capabilities.js';

/** What the allocator has to know of a framework. */
export interface FrameworkProfile {
  readonly roles: ReadonlySet<string>;
  /** Roles in which it wants no offers for now. */
  readonly suppressedRoles: ReadonlySet<string>;
  readonly capabilities: ReadonlySet<OfferCapability>;
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
  };
}
