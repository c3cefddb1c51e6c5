import type { mesos } from '../../proto/index.js';
import { type Reasons, reasonIf } from './reasons.js';

type OfferConstraints = mesos.v1.scheduler.OfferConstraints.$Properties;

/** Only roles that the framework subscribes to can be suppressed. */
export function validateSuppressedRoles(roles: ReadonlySet<string>, suppressed: readonly string[]): Reasons {
  const foreign = suppressed.filter((role) => !roles.has(role));
  return reasonIf(
    foreign.length > 0,
    `Suppressed roles { ${foreign.join(', ')} } are not contained in the set of roles`,
  );
}

/** Only in roles that the framework subscribes to can offers be constrained. */
export function validateConstrainedRoles(
  roles: ReadonlySet<string>,
  constraints: OfferConstraints | null | undefined,
): Reasons {
  const foreign = Object.keys(constraints?.roleConstraints ?? {}).filter((role) => !roles.has(role));
  return reasonIf(
    foreign.length > 0,
    `'offer_constraints' name roles { ${foreign.join(', ')} } that are not subscribed`,
  );
}
