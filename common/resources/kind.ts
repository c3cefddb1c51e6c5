import { mesos, type Resource, type ResourceDisk, type ResourceReservation } from '../../proto/index.js';

const { MOUNT, BLOCK, RAW } = mesos.v1.Resource.DiskInfo.Source.Type;

/**
 * Everything about a resource but its amount and the role it is allocated to. Amounts of one kind add up, unless the
 * kind is indivisible: then each is a thing of its own, taken whole or not at all.
 */
export interface Kind {
  readonly name: string;
  /** Outermost first; the last one says whose it is. */
  readonly reservations: readonly ResourceReservation[];
  readonly disk: ResourceDisk | undefined;
  readonly revocable: boolean;
  /** Shared persistent volumes may be held by many at once; `copies` of an entry counts the holders. */
  readonly shared: boolean;
  readonly providerId: string | undefined;
  /** Persistent volumes, mounted and block disks, and raw disks with an id. */
  readonly indivisible: boolean;
  /** Equal for two kinds exactly when they are the same kind. */
  readonly key: string;
}

/** Reads the kind off a wire resource whose reservations are `reservations`. */
export function kindOf(resource: Resource, reservations: readonly ResourceReservation[]): Kind {
  return createKind({
    name: resource.name,
    reservations,
    disk: resource.disk ?? undefined,
    revocable: resource.revocable != null,
    shared: resource.shared != null,
    providerId: resource.providerId?.value,
  });
}

/** Completes a kind by what follows from its fields: whether it can be divided, and its key. */
export function createKind(fields: Omit<Kind, 'key' | 'indivisible'>): Kind {
  return { ...fields, indivisible: fields.disk !== undefined && isIndivisible(fields.disk), key: keyOf(fields) };
}

function isIndivisible({ persistence, source }: ResourceDisk): boolean {
  if (persistence) return true;
  return source?.type === MOUNT || source?.type === BLOCK || (source?.type === RAW && source.id != null);
}

/** Starts with the name and, for the plain majority, is nothing but the name. */
function keyOf({ name, reservations, disk, revocable, shared, providerId }: Omit<Kind, 'key' | 'indivisible'>): string {
  const plain = reservations.length === 0 && disk === undefined && !revocable && !shared && providerId === undefined;
  if (plain && !name.includes('\n')) return name;
  return `${name}\n${JSON.stringify([
    reservations.map(({ type, role, principal, labels }) => [type, role, principal ?? null, labelsKey(labels)]),
    disk ? diskKey(disk) : 0,
    revocable ? 1 : 0,
    shared ? 1 : 0,
    providerId ?? 0,
  ])}`;
}

/** A volume's mount point and principal say how it is used, not which it is: the original ignores them too. */
function diskKey({ persistence, source }: ResourceDisk): unknown {
  const { type, path, mount, id, metadata, profile, vendor } = source ?? {};
  const from = source && [
    type,
    path && [path.root ?? null],
    mount && [mount.root ?? null],
    id,
    labelsKey(metadata),
    profile,
    vendor,
  ];
  return [persistence?.id ?? null, from ?? null];
}

/** Labels are equal when they hold the same pairs, in any order. */
function labelsKey(labels: ResourceReservation['labels']): readonly string[] | null {
  if (!labels) return null;
  return (labels.labels ?? []).map(({ key, value }) => JSON.stringify([key, value ?? null])).toSorted();
}
