import { ACCEPTED, type CallOutcome, refused } from '../../../common/call-outcome.js';
import type { MasterContext } from '../../context.js';
import type { FrameworkRow } from '../../state/frameworks.js';

/** The framework wants no offers for now, in the roles given or in all. */
export function suppress(context: MasterContext, framework: FrameworkRow, roles: readonly string[]): CallOutcome {
  context.counters.count('messages_suppress_offers');
  const foreign = roles.filter((role) => !framework.roles.has(role));
  if (foreign.length > 0) {
    return refused(400, `Cannot suppress roles ${foreign.join(', ')}: the framework is not in them`);
  }
  const unwanted = roles.length > 0 ? roles : [...framework.roles];
  for (const role of unwanted) framework.suppressedRoles.add(role);
  context.allocator.suppress(framework.id, unwanted);
  return ACCEPTED;
}
