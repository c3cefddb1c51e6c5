import { ACCEPTED, type CallOutcome, refused } from '../../../common/call-outcome.js';
import type { MasterContext } from '../../context.js';
import type { FrameworkRow } from '../../state/frameworks.js';

/** The framework wants offers again, in the roles given or in all: filters and suppression end. */
export function revive(context: MasterContext, framework: FrameworkRow, roles: readonly string[]): CallOutcome {
  context.counters.count('messages_revive_offers');
  const foreign = roles.filter((role) => !framework.roles.has(role));
  if (foreign.length > 0)
    return refused(400, `Cannot revive roles ${foreign.join(', ')}: the framework is not in them`);
  const wanted = roles.length > 0 ? roles : [...framework.roles];
  for (const role of wanted) framework.suppressedRoles.delete(role);
  context.allocator.revive(framework.id, wanted);
  context.requestAllocation();
  return ACCEPTED;
}
