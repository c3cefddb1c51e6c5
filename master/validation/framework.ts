import type { FrameworkId } from '../../common/ids.js';
import { validateRole } from '../../common/roles.js';
import type { FrameworkInfo } from '../../proto/index.js';
import { hasCapability, rolesOf } from '../frameworks/capabilities.js';
import { validateId } from './id.js';
import { validateOfferFilters } from './offer-filters.js';
import { FINE, type Reasons, reasonIf } from './reasons.js';

/** What a framework is judged against. */
export interface FrameworkRules {
  /** Roles that may be used; undefined: any. */
  readonly roles: readonly string[] | undefined;
  readonly rootSubmissions: boolean;
  readonly isCompleted: (id: FrameworkId) => boolean;
}

/** What a framework hears that was torn down; schedulers take it for the proof. */
export const REMOVED = 'Framework has been removed';

/** Longest duration the original can hold, in seconds: 64 bits of nanoseconds. */
const LONGEST_SECONDS = 2 ** 63 / 1e9;

/** A framework that subscribes or is updated, by itself and by this master's rules. */
export function validateFramework(info: FrameworkInfo, rules: FrameworkRules): Reasons {
  const own = [
    ...validateRoles(info),
    ...validateOwnId(info),
    ...validateOfferFilters(info),
    ...validateFailoverTimeout(info),
  ];
  return [...own, ...validateAgainstRules(info, rules)];
}

function validateRoles(info: FrameworkInfo): Reasons {
  return hasCapability(info, 'MULTI_ROLE') ? validateManyRoles(info) : validateOneRole(info);
}

function validateManyRoles({ role, roles }: FrameworkInfo): Reasons {
  const all = roles ?? [];
  const duplicates = [...new Set(all.filter((each, at) => all.indexOf(each) !== at))];
  return [
    ...reasonIf(role != null, "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable"),
    ...reasonIf(duplicates.length > 0, `'FrameworkInfo.roles' contains duplicate items: { ${duplicates.join(', ')} }`),
    ...all.flatMap((each) => {
      const reason = validateRole(each);
      return reason === undefined ? FINE : [`'FrameworkInfo.roles' contains invalid role: ${reason}`];
    }),
  ];
}

function validateOneRole({ role, roles }: FrameworkInfo): Reasons {
  if ((roles ?? []).length > 0) {
    return ["'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable"];
  }
  const reason = validateRole(role ?? '*');
  return reason === undefined ? FINE : [`'FrameworkInfo.role' is not a valid role: ${reason}`];
}

function validateOwnId({ id }: FrameworkInfo): Reasons {
  return id?.value ? validateId(id.value) : FINE;
}

function validateFailoverTimeout({ failoverTimeout }: FrameworkInfo): Reasons {
  const seconds = failoverTimeout ?? 0;
  const fine = Math.abs(seconds) < LONGEST_SECONDS; // false for NaN
  return reasonIf(!fine, `The framework failover_timeout (${seconds}) is invalid`);
}

function validateAgainstRules(info: FrameworkInfo, rules: FrameworkRules): Reasons {
  const unlisted = [...rolesOf(info)].filter((role) => rules.roles !== undefined && !rules.roles.includes(role));
  const completed = info.id?.value != null && rules.isCompleted(info.id.value as FrameworkId);
  return [
    ...reasonIf(unlisted.length > 0, `Roles { ${unlisted.join(', ')} } are not present in the master's --roles`),
    ...reasonIf(
      info.user === 'root' && !rules.rootSubmissions,
      "User 'root' is not allowed to run frameworks without --root_submissions set",
    ),
    ...reasonIf(completed, REMOVED),
  ];
}
