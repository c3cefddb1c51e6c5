import { type Reasons, reasonIf } from './reasons.js';

/** Only roles that the framework subscribes to can be suppressed. */
export function validateSuppressedRoles(roles: ReadonlySet<string>, suppressed: readonly string[]): Reasons {
  const foreign = suppressed.filter((role) => !roles.has(role));
  return reasonIf(
    foreign.length > 0,
    `Suppressed roles { ${foreign.join(', ')} } are not contained in the set of roles`,
  );
}
