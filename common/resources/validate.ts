import { mesos, type Resource } from '../../proto/index.js';
import { printResource } from './print.js';
import { validateReservations } from './validate-reservations.js';

const { SCALAR, RANGES, SET, TEXT } = mesos.v1.Value.Type;
const { MOUNT, PATH, BLOCK, RAW } = mesos.v1.Resource.DiskInfo.Source.Type;

/**
 * What is wrong with wire resources, one reason for each bad one, in the original's words:
 * `Resource 'cpus(allocated: *):-1' is invalid: Invalid scalar resource: value <= 0`. Only lists that give no reason may
 * be read with `Resources.fromWire`.
 */
export function validateResources(resources: readonly Resource[] | null | undefined): readonly string[] {
  return (resources ?? []).flatMap((resource) => {
    const problem = validateResource(resource);
    return problem === undefined ? [] : [`Resource '${printResource(resource)}' is invalid: ${problem}`];
  });
}

/** The first thing wrong with one wire resource taken alone; undefined when it can be read. */
export function validateResource(resource: Resource): string | undefined {
  if (!resource.name) return 'Empty resource name';
  return (
    validateAmount(resource) ?? validateDisk(resource) ?? validateReservations(resource) ?? validateShared(resource)
  );
}

function validateAmount({ type, scalar, ranges, set }: Resource): string | undefined {
  switch (type) {
    case SCALAR:
      if (!scalar || ranges || set) return 'Invalid scalar resource';
      return validateScalar(scalar.value);
    case RANGES:
      if (scalar || !ranges || set) return 'Invalid ranges resource';
      return validateRanges(ranges.range ?? []);
    case SET:
      if (scalar || ranges || !set) return 'Invalid set resource';
      return new Set(set.item ?? []).size < (set.item ?? []).length
        ? 'Invalid set resource: duplicated elements'
        : undefined;
    case TEXT:
      return 'Unsupported resource type';
    default:
      return 'Invalid resource type';
  }
}

/** Zero is allowed and means nothing; what only rounding would make zero is not. The original lets NaN through. */
function validateScalar(value: number): string | undefined {
  if (!Number.isFinite(value)) return 'Invalid scalar resource: value is not finite';
  if (value !== 0 && value < 0.0005) return 'Invalid scalar resource: value <= 0';
  if (value > Number.MAX_SAFE_INTEGER / 1000)
    return 'Invalid scalar resource: value is too large to be counted exactly';
  return undefined;
}

function validateRanges(ranges: readonly { begin: number; end: number }[]): string | undefined {
  if (ranges.some(({ begin, end }) => begin > end)) return 'Invalid ranges resource: begin > end';
  if (!ranges.every(({ begin, end }) => begin >= 0 && Number.isSafeInteger(begin) && Number.isSafeInteger(end))) {
    return 'Invalid ranges resource: bounds are not integers that can be counted exactly';
  }
  const sorted = ranges.toSorted((a, b) => a.begin - b.begin);
  const overlap = sorted.some(({ begin }, index) => begin <= (sorted[index - 1]?.end ?? -1));
  return overlap ? 'Invalid ranges resource: overlapping ranges' : undefined;
}

function validateDisk({ name, disk }: Resource): string | undefined {
  if (!disk) return undefined;
  if (name !== 'disk') return `DiskInfo should not be set for ${name} resource`;
  const { source } = disk;
  if (!source) return undefined;
  switch (source.type) {
    case PATH:
    case MOUNT:
      return undefined;
    case BLOCK:
    case RAW: {
      const typeName = source.type === RAW ? 'RAW' : 'BLOCK';
      if (source.mount) return `Mount should not be set for ${typeName} disk source`;
      return source.path ? `Path should not be set for ${typeName} disk source` : undefined;
    }
    default:
      return "Unsupported 'DiskInfo.Source.Type' in 'UNKNOWN'";
  }
}

function validateShared({ name, shared, disk }: Resource): string | undefined {
  if (!shared) return undefined;
  if (name !== 'disk') return `Resource ${name} cannot be shared`;
  return disk?.persistence ? undefined : 'Only persistent volumes can be shared';
}
