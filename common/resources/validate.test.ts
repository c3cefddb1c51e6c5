import { describe, expect, it } from 'vitest';
import { mesos, type Resource, type ResourceDisk } from '../../proto/index.js';
import { validateResources } from './validate.js';
import { validateResourceUse } from './validate-use.js';

const { SCALAR, RANGES, SET, TEXT } = mesos.v1.Value.Type;
const { STATIC, DYNAMIC, UNKNOWN } = mesos.v1.Resource.ReservationInfo.Type;
const SourceType = mesos.v1.Resource.DiskInfo.Source.Type;

const cpus = (value: number, extra: Partial<Resource> = {}): Resource => ({
  name: 'cpus',
  type: SCALAR,
  scalar: { value },
  ...extra,
});
const disk = (info: ResourceDisk, extra: Partial<Resource> = {}): Resource =>
  cpus(64, { name: 'disk', disk: info, ...extra });
const ports = (...range: { begin: number; end: number }[]): Resource => ({
  name: 'ports',
  type: RANGES,
  ranges: { range },
});
const reasonOf = (resource: Resource) => validateResources([resource])[0]?.replace(/^Resource '.*?' is invalid: /, '');

describe('validateResources()', () => {
  it('says what is wrong in the words of the original', () => {
    expect(validateResources([cpus(-1, { allocationInfo: { role: '*' } }), cpus(1)])).toEqual([
      "Resource 'cpus(allocated: *):-1' is invalid: Invalid scalar resource: value <= 0",
    ]);
  });

  it('accepts zero but not what rounding would make zero', () => {
    expect(reasonOf(cpus(0))).toBeUndefined();
    expect(reasonOf(cpus(0.0004))).toBe('Invalid scalar resource: value <= 0');
  });

  it.each([
    [cpus(Number.NaN), 'Invalid scalar resource: value is not finite'],
    [cpus(Number.POSITIVE_INFINITY), 'Invalid scalar resource: value is not finite'],
    [cpus(1e308), 'Invalid scalar resource: value is too large to be counted exactly'],
    [cpus(1, { name: '' }), 'Empty resource name'],
    [{ name: 'cpus', type: SCALAR }, 'Invalid scalar resource'],
    [cpus(1, { set: { item: [] } }), 'Invalid scalar resource'],
    [cpus(1, { type: RANGES }), 'Invalid ranges resource'],
    [cpus(1, { type: SET }), 'Invalid set resource'],
    [cpus(1, { type: TEXT }), 'Unsupported resource type'],
    [ports({ begin: 5, end: 1 }), 'Invalid ranges resource: begin > end'],
    [ports({ begin: 5, end: 9 }, { begin: 1, end: 5 }), 'Invalid ranges resource: overlapping ranges'],
    [{ name: 'zones', type: SET, set: { item: ['a', 'a'] } }, 'Invalid set resource: duplicated elements'],
    [cpus(1, { disk: {} }), 'DiskInfo should not be set for cpus resource'],
    [disk({ source: { type: SourceType.RAW, mount: {} } }), 'Mount should not be set for RAW disk source'],
    [cpus(1, { shared: {} }), 'Resource cpus cannot be shared'],
    [disk({}, { shared: {} }), 'Only persistent volumes can be shared'],
    [cpus(1, { role: '/bad' }), "Role '/bad' cannot start with a slash"],
    [cpus(1, { reservation: {} }), 'Invalid reservation: role "*" cannot be dynamically reserved'],
    [
      cpus(1, { reservations: [{ role: 'a' }] }),
      "Invalid reservation: 'Resource.ReservationInfo.type' field must be set.",
    ],
    [
      cpus(1, { reservations: [{ type: STATIC }] }),
      "Invalid reservation: 'Resource.ReservationInfo.role' field must be set.",
    ],
    [cpus(1, { reservations: [{ type: STATIC, role: '*' }] }), 'Invalid reservation: role "*" cannot be reserved'],
    [cpus(1, { reservations: [{ type: UNKNOWN, role: 'a' }] }), "Unsupported 'Resource.ReservationInfo.Type'"],
    [
      cpus(1, {
        reservations: [
          { type: STATIC, role: 'a' },
          { type: DYNAMIC, role: 'b' },
        ],
      }),
      "Invalid refined reservation: role 'b' is not a refinement of 'a'",
    ],
    [
      cpus(1, { role: 'b', reservations: [{ type: STATIC, role: 'a' }] }),
      "Invalid resource format: 'Resource.role' field with 'b' does not match the role 'a' in 'Resource.reservations'",
    ],
  ])('refuses %j', (resource, reason) => {
    expect(reasonOf(resource)).toBe(reason);
  });

  it('accepts both reservation formats together when they agree', () => {
    const both = { role: 'a', reservation: { principal: 'p' } };
    expect(
      reasonOf(cpus(1, { ...both, reservations: [{ type: DYNAMIC, role: 'a', principal: 'p' }] })),
    ).toBeUndefined();
    expect(reasonOf(cpus(1, { ...both, reservations: [{ type: DYNAMIC, role: 'a', principal: 'q' }] }))).toContain(
      "'Resource.reservation.principal' field with 'p' does not match the principal 'q'",
    );
  });
});

describe('validateResourceUse()', () => {
  const volume = { persistence: { id: 'v1' }, volume: { containerPath: 'data', mode: mesos.v1.Volume.Mode.RW } };
  const reserved = { reservations: [{ type: DYNAMIC, role: 'a' }] };

  it('gives every reason at once', () => {
    expect(
      validateResourceUse([
        disk(volume, { ...reserved, revocable: {} }),
        cpus(1, { name: 'gpus', scalar: { value: 0.5 } }),
        cpus(1),
        cpus(1, { revocable: {} }),
      ]),
    ).toEqual([
      'Persistent volumes cannot be created from revocable resources',
      "Reserved resource 'disk' cannot be created from revocable resources",
      "The 'gpus' resource must be an unsigned integer",
      "Cannot use both revocable and non-revocable 'cpus' at the same time",
    ]);
  });

  it.each([
    [disk(volume), 'Persistent volumes cannot be created from unreserved resources'],
    [disk({ persistence: { id: 'v1' } }, reserved), "Expecting 'volume' to be set for persistent volume"],
    [
      disk({ ...volume, persistence: { id: 'a/b' } }, reserved),
      "Invalid persistence ID for persistent volume: 'a/b' contains invalid characters",
    ],
    [disk({ volume: volume.volume }), 'Non-persistent volume not supported'],
    [disk({}), 'DiskInfo is set but empty'],
  ])('refuses %j', (resource, reason) => {
    expect(validateResourceUse([resource])).toEqual([reason]);
  });

  it('refuses two volumes of one id, but not two holders of a shared one', () => {
    const two = (extra: Partial<Resource>) => [
      disk(volume, { ...reserved, ...extra }),
      disk(volume, { ...reserved, ...extra }),
    ];
    expect(validateResourceUse(two({}))).toEqual(["Persistence ID 'v1' is not unique"]);
    expect(validateResourceUse(two({ shared: {} }))).toEqual([]);
  });
});
