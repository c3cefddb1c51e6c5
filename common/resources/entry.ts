import { mesos, type Resource } from '../../proto/index.js';
import { CodedError } from '../runtime/errors.js';
import { type Amount, addAmounts, containsAmount, isEmptyAmount, subtractAmounts, toMilli } from './amount.js';
import { type Kind, kindOf } from './kind.js';
import { mergeRanges } from './ranges.js';
import { type ReservationFormat, reservationFields, reservationsOf } from './reservation-format.js';

const { SCALAR, RANGES, SET } = mesos.v1.Value.Type;

/** An amount of one kind of resource, allocated to a role or not yet. */
export interface Entry {
  readonly kind: Kind;
  /** The role it is allocated to; undefined before an allocation. */
  readonly role: string | undefined;
  readonly amount: Amount;
  /** How many of the very same there are: 1, or more for shared volumes (their holders) and equal indivisible disks. */
  readonly copies: number;
  /** Entries of one key add up. */
  readonly key: string;
}

/** Puts an entry together and derives its key. `role`: see `Entry`; `copies` default 1. */
export function createEntry(kind: Kind, role: string | undefined, amount: Amount, copies = 1): Entry {
  const key = `${kind.key}${shapeKey(kind, amount)}${role === undefined ? '' : `\n@${role}`}`;
  return { kind, role, amount, copies, key };
}

/** The entry of a wire resource that has passed `validateResources`; throws BAD_INPUT on what no amount can be read from. */
export function entryFromWire(resource: Resource): Entry {
  const kind = kindOf(resource, reservationsOf(resource));
  return createEntry(kind, resource.allocationInfo?.role ?? undefined, amountFromWire(resource));
}

/** The wire form of one copy. Parts of it are shared with the entry: do not change them. */
export function entryToWire({ kind, role, amount }: Entry, format: ReservationFormat): Resource {
  return {
    name: kind.name,
    ...amountToWire(amount),
    ...reservationFields(kind.reservations, format),
    ...(role !== undefined && { allocationInfo: { role } }),
    ...(kind.disk && { disk: kind.disk }),
    ...(kind.revocable && { revocable: {} }),
    ...(kind.shared && { shared: {} }),
    ...(kind.providerId !== undefined && { providerId: { value: kind.providerId } }),
  };
}

/** Whether nothing is left of it, so that it is to be dropped: no copies, or an empty amount. */
export function isEmptyEntry(entry: Entry): boolean {
  return entry.copies === 0 || isEmptyAmount(entry.amount);
}

/** The sum of two entries of one key. */
export function addEntries(left: Entry, right: Entry): Entry {
  if (left.kind.indivisible) return { ...left, copies: left.copies + right.copies };
  return { ...left, amount: addAmounts(left.amount, right.amount) };
}

/** What is left of `left`, which contains `right`, an entry of the same key. */
export function subtractEntries(left: Entry, right: Entry): Entry {
  if (left.kind.indivisible) return { ...left, copies: left.copies - right.copies };
  return { ...left, amount: subtractAmounts(left.amount, right.amount) };
}

/** Whether `outer` holds all of `inner`, an entry of the same key. */
export function containsEntry(outer: Entry, inner: Entry): boolean {
  return outer.kind.indivisible ? outer.copies >= inner.copies : containsAmount(outer.amount, inner.amount);
}

/** One name may come as scalar and as ranges; indivisible disks of one kind differ by their size. */
function shapeKey(kind: Kind, amount: Amount): string {
  if (amount.kind !== 'scalar') return `\n${amount.kind}`;
  return kind.indivisible ? `\n#${amount.milli}` : '';
}

function amountFromWire({ name, type, scalar, ranges, set }: Resource): Amount {
  if (type === SCALAR && scalar && scalar.value >= 0 && scalar.value <= Number.MAX_SAFE_INTEGER / 1000) {
    return { kind: 'scalar', milli: toMilli(scalar.value) };
  }
  if (type === RANGES && ranges) return { kind: 'ranges', ranges: mergeRanges(ranges.range ?? []) };
  if (type === SET && set) return { kind: 'set', items: [...new Set(set.item ?? [])] };
  throw new CodedError('BAD_INPUT', `Cannot read resource "${name}": it holds no amount that fits its type`);
}

function amountToWire(amount: Amount): Pick<Resource, 'type' | 'scalar' | 'ranges' | 'set'> {
  switch (amount.kind) {
    case 'scalar':
      return { type: SCALAR, scalar: { value: amount.milli / 1000 } };
    case 'ranges':
      return { type: RANGES, ranges: { range: amount.ranges.map(({ begin, end }) => ({ begin, end })) } };
    case 'set':
      return { type: SET, set: { item: [...amount.items] } };
  }
}
