import type { Resource } from '../../proto/index.js';
import { validateId } from '../validate-id.js';
import type { Entry } from './entry.js';
import { Resources, reservationRole } from './resources.js';
import { validateResources } from './validate.js';

/**
 * What is wrong with resources that a task, executor or operation wants to use, in the original's words: the format
 * first and, only when that is right, disks, GPUs, reservations and how they go together.
 */
export function validateResourceUse(wire: readonly Resource[] | null | undefined): readonly string[] {
  const malformed = validateResources(wire);
  if (malformed.length > 0) return malformed;
  const resources = Resources.fromWire(wire);
  return [...[...resources].flatMap(validateEntry), ...validateVolumeIds(resources), ...validateMix(resources)];
}

function validateEntry(entry: Entry): readonly string[] {
  return [validateDisk(entry), validateGpus(entry), validateDynamic(entry)].filter((problem) => problem !== undefined);
}

function validateDisk({ kind: { disk, revocable, reservations } }: Entry): string | undefined {
  if (!disk) return undefined;
  if (!disk.persistence) {
    if (disk.volume) return 'Non-persistent volume not supported';
    return disk.source ? undefined : 'DiskInfo is set but empty';
  }
  if (revocable) return 'Persistent volumes cannot be created from revocable resources';
  if (reservations.length === 0) return 'Persistent volumes cannot be created from unreserved resources';
  if (!disk.volume) return "Expecting 'volume' to be set for persistent volume";
  if (disk.volume.hostPath != null) return "Expecting 'host_path' to be unset for persistent volume";
  const problem = validateId(disk.persistence.id);
  return problem && `Invalid persistence ID for persistent volume: ${problem}`;
}

function validateGpus({ kind, amount }: Entry): string | undefined {
  const fraction = kind.name === 'gpus' && amount.kind === 'scalar' && amount.milli % 1000 !== 0;
  return fraction ? "The 'gpus' resource must be an unsigned integer" : undefined;
}

function validateDynamic({ kind }: Entry): string | undefined {
  const dynamic = kind.revocable && kind.reservations.length > 0;
  return dynamic ? `Reserved resource '${kind.name}' cannot be created from revocable resources` : undefined;
}

/** Ids of volumes are unique per role on an agent. Copies of a shared volume are one volume. */
function validateVolumeIds(resources: Resources): readonly string[] {
  const seen = new Set<string>();
  return [...resources.persistentVolumes()].flatMap(({ kind, copies }) => {
    const id = kind.disk?.persistence?.id ?? '';
    const key = JSON.stringify([reservationRole(kind), id]);
    const repeated = seen.has(key) || (copies > 1 && !kind.shared);
    seen.add(key);
    return repeated ? [`Persistence ID '${id}' is not unique`] : [];
  });
}

function validateMix(resources: Resources): readonly string[] {
  const steady = new Set(resources.nonRevocable().names());
  return resources
    .revocable()
    .names()
    .filter((name) => steady.has(name))
    .map((name) => `Cannot use both revocable and non-revocable '${name}' at the same time`);
}
