import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mesos, type Resource } from '../../proto/index.js';
import { printRanges } from './ranges.js';
import { Resources } from './resources.js';

const { SCALAR, RANGES, SET } = mesos.v1.Value.Type;
const { STATIC, DYNAMIC } = mesos.v1.Resource.ReservationInfo.Type;
const { MOUNT } = mesos.v1.Resource.DiskInfo.Source.Type;

type Extra = Partial<Resource>;
const scalar = (name: string, value: number, extra: Extra = {}): Resource => ({
  name,
  type: SCALAR,
  scalar: { value },
  ...extra,
});
const ports = (...range: [number, number][]): Resource => ({
  name: 'ports',
  type: RANGES,
  ranges: { range: range.map(([begin, end]) => ({ begin, end })) },
});
const of = (...resources: Resource[]) => Resources.fromWire(resources);
const volume = (id: string, value: number, extra: Extra = {}) =>
  scalar('disk', value, {
    reservations: [{ type: DYNAMIC, role: 'data' }],
    disk: { persistence: { id }, volume: { containerPath: 'data', mode: mesos.v1.Volume.Mode.RW } },
    ...extra,
  });

describe('Resources', () => {
  it('sums scalars in thousandths, so that ten tenths are one', () => {
    const tenth = of(scalar('cpus', 0.1));
    const sum = Resources.sum(Array.from({ length: 10 }, () => tenth));
    expect(sum.toString()).toBe('cpus:1');
    expect(sum.minus(of(scalar('cpus', 1))).isEmpty).toBe(true);
  });

  it('rounds to three decimals, half away from zero', () => {
    expect(of(scalar('cpus', 1.0005)).scalar('cpus')).toBe(1.001);
    expect(of(scalar('cpus', 0.0004)).isEmpty).toBe(true);
  });

  it('merges adjacent and overlapping ranges and splits them when taken apart', () => {
    const all = of(ports([31005, 31009], [31000, 31004], [31008, 31020]));
    expect(all.toString()).toBe('ports:[31000-31020]');
    expect(all.minus(of(ports([31003, 31003], [31010, 31020]))).toString()).toBe('ports:[31000-31002, 31004-31009]');
  });

  it('keeps resources reserved for different roles apart', () => {
    const held = of(scalar('cpus', 2), scalar('cpus', 3, { reservations: [{ type: STATIC, role: 'web' }] }));
    expect(held.contains(of(scalar('cpus', 3)))).toBe(false);
    expect(held.scalar('cpus')).toBe(5);
    expect(held.reservedFor('web/shop').toString()).toBe('cpus(reservations: [(STATIC,web)]):3');
    expect(held.reservedFor('website').isEmpty).toBe(true);
  });

  it('reads the legacy reservation format and can write it again', () => {
    const reservation = { principal: 'ops', labels: { labels: [{ key: 'owner', value: 'x' }] } };
    const legacy = [scalar('cpus', 1, { role: 'web', reservation }), scalar('mem', 64, { role: '*' })];
    const held = Resources.fromWire(legacy);
    expect(held.toString()).toBe('cpus(reservations: [(DYNAMIC,web,ops,{owner: x})]):1; mem:64');
    expect(held.toWire('legacy')).toEqual(legacy);
  });

  it('takes a persistent volume whole or not at all', () => {
    const held = of(volume('v1', 64), volume('v2', 64));
    expect(held.contains(of(volume('v1', 32)))).toBe(false);
    expect(held.contains(of(volume('v1', 64)))).toBe(true);
    expect(held.minus(of(volume('v1', 64))).toString()).toBe('disk(reservations: [(DYNAMIC,data)])[v2:data]:64');
  });

  it('knows a volume by its id, however it is mounted', () => {
    const elsewhere = volume('v1', 64, { disk: { persistence: { id: 'v1', principal: 'ops' } } });
    expect(of(volume('v1', 64)).contains(of(elsewhere))).toBe(true);
  });

  it('never adds two mounted disks into one', () => {
    const disk = { source: { type: MOUNT, mount: { root: '/mnt/a' } } };
    const held = of(scalar('disk', 100, { disk }), scalar('disk', 100, { disk }));
    expect(held.toWire()).toHaveLength(2);
    expect(held.contains(of(scalar('disk', 200, { disk })))).toBe(false);
    expect(held.toString()).toBe('disk[MOUNT:/mnt/a]:100; disk[MOUNT:/mnt/a]:100');
  });

  it('counts the holders of a shared volume, and its size once', () => {
    const shared = of(volume('v1', 64, { shared: {} }));
    const twice = shared.plus(shared);
    expect(twice.scalar('disk')).toBe(64);
    expect(twice.toString()).toBe('disk(reservations: [(DYNAMIC,data)])[v1:data]<SHARED>:64<2>');
    expect(shared.contains(twice)).toBe(false);
    expect(twice.minus(shared).equals(shared)).toBe(true);
  });

  it('prints as the original does', () => {
    const offered = of(ports([31000, 32000]), scalar('cpus', 4), scalar('mem', 4096), scalar('disk', 8192));
    expect(offered.allocatedTo('*').toString()).toBe(
      'ports(allocated: *):[31000-32000]; cpus(allocated: *):4; mem(allocated: *):4096; disk(allocated: *):8192',
    );
    expect(of(scalar('cpus', 1, { revocable: {} })).toString()).toBe('cpus{REV}:1');
    expect(Resources.EMPTY.toString()).toBe('{}');
  });

  it('tells allocations apart by role', () => {
    const held = of(scalar('cpus', 1))
      .allocatedTo('a')
      .plus(of(scalar('cpus', 2)).allocatedTo('b'));
    expect([...held.allocations()].map(([role, part]) => `${role} ${part.scalar('cpus')}`)).toEqual(['a 1', 'b 2']);
    expect(held.unallocated().toString()).toBe('cpus:3');
  });

  it('stacks and unstacks reservations', () => {
    const plain = of(scalar('cpus', 1));
    const outer = plain.pushReservation({ type: STATIC, role: 'web' });
    const inner = outer.pushReservation({ type: DYNAMIC, role: 'web/shop', principal: 'ops' });
    expect(inner.toString()).toBe('cpus(reservations: [(STATIC,web),(DYNAMIC,web/shop,ops)]):1');
    expect(inner.popReservation().equals(outer)).toBe(true);
    expect(inner.toUnreserved().equals(plain)).toBe(true);
    expect(() => inner.toWire('legacy')).toThrow('legacy');
  });

  it('refuses to go below nothing', () => {
    expect(() => of(scalar('cpus', 1)).minus(of(scalar('cpus', 2)))).toThrow(
      'Cannot subtract cpus:2: only cpus:1 is there',
    );
  });

  it('handles 8,000 fragments of ports in linear time', () => {
    const fragment = (index: number): [number, number] => [index * 4, index * 4 + 1];
    const many = of(ports(...Array.from({ length: 8000 }, (_, index) => fragment(index))));
    const half = of(ports(...Array.from({ length: 4000 }, (_, index) => fragment(index * 2))));
    expect(many.contains(half)).toBe(true);
    expect(many.minus(half).plus(half).equals(many)).toBe(true);
  });
});

const reservation = fc.constantFrom<NonNullable<Resource['reservations']> | undefined>(
  undefined,
  [{ type: STATIC, role: 'a' }],
  [{ type: DYNAMIC, role: 'a', principal: 'p' }],
  [
    { type: STATIC, role: 'a' },
    { type: DYNAMIC, role: 'a/b' },
  ],
);
const anyScalar = fc
  .record({
    name: fc.constantFrom('cpus', 'mem', 'gpus'),
    milli: fc.integer({ min: 0, max: 5_000_000 }),
    reservations: reservation,
    revocable: fc.boolean(),
  })
  .map(({ name, milli, reservations, revocable }) =>
    scalar(name, milli / 1000, { ...(reservations && { reservations }), ...(revocable && { revocable: {} }) }),
  );
const anyVolume = fc
  .record({ id: fc.constantFrom('v1', 'v2'), size: fc.constantFrom(1, 2), shared: fc.boolean() })
  .map(({ id, size, shared }) => volume(id, size, shared ? { shared: {} } : {}));
const anyRanges = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 10 })), { maxLength: 12 })
  .map((list) => ports(...list.map(([begin, length]): [number, number] => [begin, begin + length])));
const anySet = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'))
  .map((item): Resource => ({ name: 'zones', type: SET, set: { item } }));
const divisible = fc.array(fc.oneof(anyScalar, anyVolume), { maxLength: 8 }).map((list) => Resources.fromWire(list));
const any = fc
  .array(fc.oneof(anyScalar, anyVolume, anyRanges, anySet), { maxLength: 8 })
  .map((list) => Resources.fromWire(list));

describe('Resources, for all', () => {
  it('give back what was there after adding and subtracting', () => {
    fc.assert(fc.property(divisible, divisible, (a, b) => a.plus(b).minus(b).equals(a)));
  });

  it('give back the whole after subtracting and adding, ranges and sets included', () => {
    fc.assert(fc.property(any, any, (a, b) => a.plus(b).minus(b).plus(b).equals(a.plus(b))));
  });

  it('add in any order and grouping', () => {
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(a.plus(b).equals(b.plus(a))).toBe(true);
        expect(
          a
            .plus(b)
            .plus(c)
            .equals(a.plus(b.plus(c))),
        ).toBe(true);
      }),
    );
  });

  it('contain their parts, and a part contains the whole only when the rest is nothing', () => {
    fc.assert(
      fc.property(divisible, divisible, (a, b) => {
        expect(a.plus(b).contains(a)).toBe(true);
        expect(a.contains(a.plus(b))).toBe(b.isEmpty);
      }),
    );
  });

  it('never hold less than nothing, and no empty entry', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        for (const { amount, copies } of a.plus(b).minus(b)) {
          expect(copies).toBeGreaterThan(0);
          if (amount.kind === 'scalar') expect(amount.milli).toBeGreaterThan(0);
          if (amount.kind === 'ranges') expect(amount.ranges.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('keep ranges sorted, disjoint and apart, equal to the set of their numbers', () => {
    const numbers = (ranges: readonly { begin: number; end: number }[]) =>
      new Set(ranges.flatMap(({ begin, end }) => Array.from({ length: end - begin + 1 }, (_, index) => begin + index)));
    fc.assert(
      fc.property(anyRanges, anyRanges, (left, right) => {
        const [a, b] = [of(left), of(right)];
        const inB = numbers(b.ports());
        const common = [...numbers(a.ports())].filter((port) => inB.has(port));
        const both = of(ports(...common.map((port): [number, number] => [port, port])));
        const rest = a.minus(both).ports();
        expect(numbers(rest)).toEqual(new Set([...numbers(a.ports())].filter((port) => !inB.has(port))));
        expect(numbers(a.plus(b).ports())).toEqual(new Set([...numbers(a.ports()), ...inB]));
        for (const ranges of [rest, a.plus(b).ports()]) {
          ranges.slice(1).forEach((range, index) => {
            expect(range.begin, printRanges(ranges)).toBeGreaterThan((ranges[index]?.end ?? 0) + 1);
          });
        }
        expect(a.contains(b)).toBe([...inB].every((port) => numbers(a.ports()).has(port)));
      }),
    );
  });

  it('survive the wire, in every format that can say them', () => {
    fc.assert(
      fc.property(any, (a) => {
        expect(Resources.fromWire(a.toWire()).equals(a)).toBe(true);
        expect(Resources.fromWire(a.toWire('endpoint')).equals(a)).toBe(true);
        const simple = a.filter(({ kind }) => kind.reservations.length < 2);
        expect(Resources.fromWire(simple.toWire('legacy')).equals(simple)).toBe(true);
      }),
    );
  });
});
