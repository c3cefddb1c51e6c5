import { mesos, type Resource, type ResourceReservation } from '../../proto/index.js';
import { CodedError } from '../runtime/errors.js';

const { STATIC, DYNAMIC } = mesos.v1.Resource.ReservationInfo.Type;

/**
 * How reservations are written: `current` is the stack `reservations` that came with reservation refinement; `legacy`
 * is `role` with `reservation`, for frameworks without the capability RESERVATION_REFINEMENT; `endpoint` carries both,
 * as the original's read endpoints do.
 */
export type ReservationFormat = 'current' | 'legacy' | 'endpoint';

/** The reservations of a resource in either format, outermost first. An unreserved one has none. */
export function reservationsOf(resource: Resource): readonly ResourceReservation[] {
  if (resource.reservations?.length) return resource.reservations;
  const role = resource.role ?? '*';
  if (role === '*') return [];
  if (!resource.reservation) return [{ type: STATIC, role }];
  const { principal, labels } = resource.reservation;
  return [{ type: DYNAMIC, role, ...(principal != null && { principal }), ...(labels && { labels }) }];
}

/** The wire fields that say `reservations` in `format`. A refined reservation cannot be said in `legacy`. */
export function reservationFields(
  reservations: readonly ResourceReservation[],
  format: ReservationFormat,
): Pick<Resource, 'role' | 'reservation' | 'reservations'> {
  const stack = reservations.length > 0 ? { reservations: [...reservations] } : {};
  switch (format) {
    case 'current':
      return stack;
    case 'legacy':
      return legacyFields(reservations);
    case 'endpoint':
      return reservations.length > 1 ? stack : { ...legacyFields(reservations), ...stack };
  }
}

function legacyFields(reservations: readonly ResourceReservation[]): Pick<Resource, 'role' | 'reservation'> {
  const [only, ...refined] = reservations;
  if (refined.length > 0) {
    const roles = reservations.map(({ role }) => role).join(', ');
    throw new CodedError('INTERNAL', `Cannot write a refined reservation (${roles}) in the legacy format`);
  }
  if (only === undefined) return { role: '*' };
  if (only.type !== DYNAMIC) return { role: only.role ?? '*' };
  const { principal, labels } = only;
  return {
    role: only.role ?? '*',
    reservation: { ...(principal != null && { principal }), ...(labels && { labels }) },
  };
}
