import { gaugeOf, type Metric } from '../../common/metrics/metric.js';
import { Resources } from '../../common/resources/resources.js';
import type { RoleView } from '../api/role-view.js';
import type { Master } from '../master.js';

type Consumer = Pick<RoleView, 'name' | 'allocated' | 'reserved'>;

/** Of each role that is in use: how much of the cluster it has, what would count against a quota, its filters. */
export function roleMetrics(master: Master, roles: readonly RoleView[], total: Resources): Metric[] {
  const filters = master.allocator.filterCounts();
  const scalars = total.scalars();
  return [...consumption(ofAll(roles)), ...roles.flatMap((role) => metricsOf(role, scalars, filters))];
}

function metricsOf(role: RoleView, total: ReadonlyMap<string, number>, filters: ReadonlyMap<string, number>): Metric[] {
  return [
    ofRole(role, 'shares/dominant', dominantShare(role, total)),
    gaugeOf(
      `allocator/mesos/offer_filters/roles/${role.name}/active`,
      filters.get(role.name) ?? 0,
      'allocator/mesos/offer_filters/active',
      { role: role.name },
    ),
    ...consumption(role),
  ];
}

/** The root above all roles has no name. */
function ofAll(roles: readonly RoleView[]): Consumer {
  const [allocated, reserved] = [roles.map((role) => role.allocated), roles.map((role) => role.reserved)];
  return { name: '', allocated: Resources.sum(allocated), reserved: Resources.sum(reserved) };
}

function ofRole({ name }: RoleView, what: string, value: number): Metric {
  return gaugeOf(`allocator/mesos/roles/${name}/${what}`, value, `allocator/mesos/roles/${what}`, { role: name });
}

/** The largest fraction of anything that the role holds or is offered, over its weight, as the allocator compares them. */
function dominantShare({ allocated, offered, weight }: RoleView, total: ReadonlyMap<string, number>): number {
  const held = [...allocated.plus(offered).scalars()];
  const fractions = held.map(([name, milli]) => (total.get(name) ?? 0) && milli / (total.get(name) ?? 1));
  return Math.max(0, ...fractions) / weight;
}

function consumption({ name, allocated, reserved }: Consumer): Metric[] {
  const consumed = allocated.unreserved().plus(reserved).scalars();
  return [...consumed].map(([resource, milli]) =>
    gaugeOf(
      `allocator/mesos/quota/roles/${name}/resources/${resource}/consumed`,
      milli / 1000,
      'allocator/mesos/quota/consumed',
      { role: name, resource },
    ),
  );
}
