import { summarizeQuantities } from '../../../common/resources/summary.js';
import type { Master } from '../../master.js';
import { type RoleView, rolesOf } from '../role-view.js';

type Document = Readonly<Record<string, unknown>>;

/** The whole of `/roles`. No role has a quota: `guarantee` and `limit` are empty. */
export function rolesDocument(master: Master): Document {
  return { roles: rolesOf(master).map(roleDocument) };
}

function roleDocument({ name, weight, frameworks, allocated, offered, reserved }: RoleView): Document {
  return {
    name,
    weight,
    frameworks,
    allocated: summarizeQuantities(allocated),
    offered: summarizeQuantities(offered),
    reserved: summarizeQuantities(reserved),
    resources: summarizeQuantities(allocated.plus(offered)),
    quota: {
      role: name,
      consumed: consumed(allocated.unreserved().plus(reserved).scalars()),
      guarantee: {},
      limit: {},
    },
  };
}

/** What would count against a quota: held, or reserved and idle; scalars only. */
function consumed(scalars: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...scalars].map(([name, milli]) => [name, milli / 1000]));
}
