import type { FrameworkInfo, mesos } from '../../proto/index.js';
import { type Reasons, reasonIf } from './reasons.js';

type Amount = mesos.v1.Value.Scalar.$Properties;

/** The least amounts that a framework wants offers to hold, by role: none is negative, or not a number. */
export function validateOfferFilters({ offerFilters }: FrameworkInfo): Reasons {
  return Object.entries(offerFilters ?? {}).flatMap(([role, { minAllocatableResources }]) =>
    (minAllocatableResources?.quantities ?? []).flatMap(({ quantities }) =>
      Object.entries(quantities ?? {}).flatMap(([name, amount]) => validateAmount(role, name, amount)),
    ),
  );
}

function validateAmount(role: string, name: string, { value }: Amount): Reasons {
  const field = `'FrameworkInfo.offer_filters' of role '${role}'`;
  const fine = value >= 0 && Number.isFinite(value);
  return reasonIf(!fine, `${field} is invalid: the least amount of '${name}' is ${value}, at least 0 is wanted`);
}
