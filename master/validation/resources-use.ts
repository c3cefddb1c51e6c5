import { countRanges } from '../../common/resources/ranges.js';
import { Resources } from '../../common/resources/resources.js';
import { validateResources } from '../../common/resources/validate.js';
import { validateResourceUse } from '../../common/resources/validate-use.js';
import type { Resource } from '../../proto/index.js';
import { FINE, inPart, type Reasons } from './reasons.js';

type Wire = readonly Resource[] | null | undefined;

/** Resources that a task or executor wants to use; `part` names it in the reasons: `Task` or `Executor`. */
export function validateUse(part: 'Task' | 'Executor', resources: Wire): Reasons {
  return [
    ...inPart(`${part} uses invalid resources`, validateResourceUse(resources)),
    ...inPart(`Invalid ${part.toLowerCase()} resources`, validateOneRole(resources)),
  ];
}

/**
 * Resources of several parties that go to one container, such as a task and its executor: no volume twice, revocable
 * and others not mixed, no port or item of a set twice. Parties that cannot be read were refused on their own.
 */
export function validateTogether(parties: string, each: readonly Wire[]): Reasons {
  if (each.some((wire) => validateResources(wire).length > 0)) return FINE;
  const resources = each.map((wire) => Resources.fromWire(wire));
  const total = Resources.sum(resources);
  const counted = resources.reduce((sum, one) => sum + countItems(one), 0);
  return [
    ...inPart(`${parties} use invalid resources`, validateResourceUse(total.toWire())),
    ...(counted === countItems(total)
      ? FINE
      : [`There are overlapping resources in the ${parties.toLowerCase()}: ${resources.join(' and ')}`]),
  ];
}

function validateOneRole(resources: Wire): Reasons {
  const roles = new Set<string>();
  for (const { allocationInfo } of resources ?? []) {
    if (allocationInfo?.role == null) return ['The resources are not allocated to a role'];
    roles.add(allocationInfo.role);
  }
  const [first, second] = roles;
  if (second === undefined) return FINE;
  const both = `('${second}' and '${first}')`;
  return [`The resources have multiple allocation roles ${both} but only one allocation role is allowed`];
}

/** How many things that exist once each: ports, items of sets. */
function countItems(resources: Resources): number {
  return [...resources].reduce((sum, { amount }) => {
    if (amount.kind === 'scalar') return sum;
    return sum + (amount.kind === 'ranges' ? countRanges(amount.ranges) : amount.items.length);
  }, 0);
}
