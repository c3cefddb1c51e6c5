import { mesos, type Resource, type ResourceReservation } from '../../proto/index.js';
import { isStrictSubrole, validateRole } from '../roles.js';
import { printLabels } from './print.js';

const { STATIC, DYNAMIC } = mesos.v1.Resource.ReservationInfo.Type;

/** What is wrong with the reservations of a wire resource, in the original's words; undefined when nothing is. */
export function validateReservations(resource: Resource): string | undefined {
  const stack = resource.reservations ?? [];
  if (stack.length === 0) return validateLegacy(resource);
  return validateStack(stack) ?? (stack.length === 1 ? validateBoth(resource, stack[0]) : validateNoLegacy(resource));
}

function validateLegacy({ role, reservation }: Resource): string | undefined {
  const problem = validateRole(role ?? '*');
  if (problem !== undefined || !reservation) return problem;
  if (reservation.type != null) return mustNotBeSet('type');
  if (reservation.role != null) return mustNotBeSet('role');
  return (role ?? '*') === '*' ? 'Invalid reservation: role "*" cannot be dynamically reserved' : undefined;
}

function mustNotBeSet(field: string): string {
  return `'Resource.ReservationInfo.${field}' must not be set for the 'Resource.reservation' field`;
}

/** Each level names a role below the one before it, and only the outermost may be static. */
function validateStack(stack: readonly ResourceReservation[]): string | undefined {
  let ancestor: string | undefined;
  for (const { type, role } of stack) {
    if (type == null) return "Invalid reservation: 'Resource.ReservationInfo.type' field must be set.";
    if (role == null) return "Invalid reservation: 'Resource.ReservationInfo.role' field must be set.";
    const problem = validateRole(role);
    if (problem !== undefined) return problem;
    if (role === '*') return 'Invalid reservation: role "*" cannot be reserved';
    if (type !== STATIC && type !== DYNAMIC) return "Unsupported 'Resource.ReservationInfo.Type'";
    if (ancestor !== undefined && type === STATIC) {
      return 'Invalid refined reservation: A refined reservation cannot be STATIC';
    }
    if (ancestor !== undefined && !isStrictSubrole(role, ancestor)) {
      return `Invalid refined reservation: role '${role}' is not a refinement of '${ancestor}'`;
    }
    ancestor = role;
  }
  return undefined;
}

/** A single reservation may be said in both formats, if they agree. */
function validateBoth({ role, reservation }: Resource, only: ResourceReservation | undefined): string | undefined {
  const format = 'Invalid resource format:';
  if (role != null && role !== only?.role) {
    const wanted = `the role '${only?.role}' in 'Resource.reservations'`;
    return `${format} 'Resource.role' field with '${role}' does not match ${wanted}`;
  }
  if (only?.type === STATIC) {
    const single = "the single reservation in 'Resource.reservations' is STATIC";
    return reservation ? `${format} 'Resource.reservation' must not be set if ${single}` : undefined;
  }
  if ((role != null) !== (reservation != null)) {
    const both = "'Resource.role' and 'Resource.reservation' must either be both set or both not set";
    return `${format} ${both} if the single reservation in 'Resource.reservations' is DYNAMIC`;
  }
  return reservation ? validateSame(reservation, only) : undefined;
}

function validateSame(legacy: ResourceReservation, only: ResourceReservation | undefined): string | undefined {
  const format = 'Invalid resource format:';
  if ((legacy.principal ?? '') !== (only?.principal ?? '')) {
    const wanted = `the principal '${only?.principal ?? ''}' in 'Resource.reservations'`;
    return `${format} 'Resource.reservation.principal' field with '${legacy.principal ?? ''}' does not match ${wanted}`;
  }
  const [given, wanted] = [printLabels(legacy.labels), printLabels(only?.labels)];
  if (given === wanted) return undefined;
  const labels = `the labels '${wanted}' in 'Resource.reservations'`;
  return `${format} 'Resource.reservation.labels' field with '${given}' does not match ${labels}`;
}

function validateNoLegacy({ role, reservation }: Resource): string | undefined {
  const field = role != null ? 'role' : reservation ? 'reservation' : undefined;
  if (field === undefined) return undefined;
  const many = "there is more than one reservation in 'Resource.reservations'";
  return `Invalid resource format: 'Resource.${field}' must not be set if ${many}`;
}
