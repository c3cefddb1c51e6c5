import { mesos, type Resource, type ResourceDisk, type ResourceReservation } from '../../proto/index.js';
import { printRanges } from './ranges.js';
import { reservationsOf } from './reservation-format.js';

const { SCALAR, RANGES, SET } = mesos.v1.Value.Type;
const { MOUNT, PATH } = mesos.v1.Resource.DiskInfo.Source.Type;
const { RW } = mesos.v1.Volume.Mode;

type Source = NonNullable<ResourceDisk['source']>;

/** A wire resource, valid or not, as the original prints it: `cpus(allocated: web)(reservations: [(STATIC,web)]):1.5`. */
export function printResource(resource: Resource): string {
  const { name, allocationInfo, disk, revocable, shared } = resource;
  const reservations = reservationsOf(resource);
  return [
    name,
    allocationInfo ? `(allocated: ${allocationInfo.role ?? ''})` : '',
    reservations.length > 0
      ? `(reservations: [${reservations.map((each) => `(${reservation(each)})`).join(',')}])`
      : '',
    disk ? `[${diskInfo(disk)}]` : '',
    revocable ? '{REV}' : '',
    shared ? '<SHARED>' : '',
    ':',
    value(resource),
  ].join('');
}

/** Labels as in messages: `{owner: x, temporary}`. */
export function printLabels(labels: ResourceReservation['labels']): string {
  const pairs = (labels?.labels ?? []).map(({ key, value }) => (value == null ? key : `${key}: ${value}`));
  return `{${pairs.join(', ')}}`;
}

function value({ type, scalar, ranges, set }: Resource): string {
  switch (type) {
    case SCALAR:
      return number(scalar?.value ?? 0);
    case RANGES:
      return printRanges(ranges?.range ?? []);
    case SET:
      return `{${(set?.item ?? []).join(', ')}}`;
    default:
      return '';
  }
}

function number(amount: number): string {
  if (Number.isNaN(amount)) return 'nan';
  if (!Number.isFinite(amount)) return amount > 0 ? 'inf' : '-inf';
  return String(amount);
}

function reservation({ type, role, principal, labels }: ResourceReservation): string {
  const typeName = mesos.v1.Resource.ReservationInfo.Type[type ?? 0] ?? 'UNKNOWN';
  return [
    typeName,
    role ?? '',
    ...(principal == null ? [] : [principal]),
    ...(labels ? [printLabels(labels)] : []),
  ].join(',');
}

function diskInfo({ source, persistence, volume }: ResourceDisk): string {
  const parts = [source ? diskSource(source) : undefined, persistence?.id].filter((part) => part !== undefined);
  return parts.join(',') + (volume ? `:${volumePath(volume)}` : '');
}

function diskSource(source: Source): string {
  const typeName = mesos.v1.Resource.DiskInfo.Source.Type[source.type] ?? 'UNKNOWN';
  if (source.id != null || source.profile != null) {
    return `${typeName}(${source.vendor ?? ''},${source.id ?? ''},${source.profile ?? ''})`;
  }
  const root = source.type === MOUNT ? source.mount?.root : source.type === PATH ? source.path?.root : undefined;
  return root == null ? typeName : `${typeName}:${root}`;
}

function volumePath({ hostPath, containerPath, mode }: NonNullable<ResourceDisk['volume']>): string {
  if (hostPath == null) return containerPath;
  return `${hostPath}:${containerPath}:${mode === RW ? 'rw' : 'ro'}`;
}
