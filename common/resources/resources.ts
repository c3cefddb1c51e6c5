import type { Resource, ResourceReservation } from '../../proto/index.js';
import { isInSubtree } from '../roles.js';
import { CodedError } from '../runtime/errors.js';
import {
  addEntries,
  containsEntry,
  createEntry,
  type Entry,
  entryFromWire,
  entryToWire,
  isEmptyEntry,
  subtractEntries,
} from './entry.js';
import { createKind, type Kind } from './kind.js';
import { printResource } from './print.js';
import type { Quantities } from './quantities.js';
import { addRanges, type Ranges } from './ranges.js';
import type { ReservationFormat } from './reservation-format.js';

/**
 * A bag of resources that never changes: every operation gives a new one. Scalars are whole thousandths, ranges sorted
 * and merged, equal kinds summed up, so that sums and differences are exact. The order of first appearance is kept.
 */
export class Resources implements Iterable<Entry> {
  static readonly EMPTY = new Resources(new Map());

  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(entries: ReadonlyMap<string, Entry>) {
    this.#entries = entries;
  }

  /**
   * Reads wire resources, reservations in either format. They have passed `validateResources`: an amount that cannot be
   * read throws BAD_INPUT. Empty ones vanish.
   */
  static fromWire(resources: readonly Resource[] | null | undefined): Resources {
    return Resources.of((resources ?? []).map(entryFromWire));
  }

  /** Sums up entries. */
  static of(entries: Iterable<Entry>): Resources {
    const sum = new Map<string, Entry>();
    for (const entry of entries) addTo(sum, entry);
    return sum.size === 0 ? Resources.EMPTY : new Resources(sum);
  }

  /** The sum of all. */
  static sum(all: Iterable<Resources>): Resources {
    const sum = new Map<string, Entry>();
    for (const each of all) for (const entry of each) addTo(sum, entry);
    return sum.size === 0 ? Resources.EMPTY : new Resources(sum);
  }

  /** The wire form, a shared volume once per holder. `legacy` throws INTERNAL on a refined reservation. */
  toWire(format: ReservationFormat = 'current'): Resource[] {
    return [...this].flatMap((entry) => Array.from({ length: entry.copies }, () => entryToWire(entry, format)));
  }

  plus(other: Resources): Resources {
    if (other.isEmpty) return this;
    if (this.isEmpty) return other;
    const sum = new Map(this.#entries);
    for (const entry of other) addTo(sum, entry);
    return new Resources(sum);
  }

  /** What is left without `other`, which must be contained: otherwise throws INTERNAL. */
  minus(other: Resources): Resources {
    if (other.isEmpty) return this;
    const rest = new Map(this.#entries);
    for (const entry of other) {
      const held = rest.get(entry.key);
      if (held === undefined || !containsEntry(held, entry)) {
        throw new CodedError('INTERNAL', `Cannot subtract ${other}: only ${this} is there`);
      }
      const left = subtractEntries(held, entry);
      if (isEmptyEntry(left)) rest.delete(entry.key);
      else rest.set(entry.key, left);
    }
    return rest.size === 0 ? Resources.EMPTY : new Resources(rest);
  }

  /** Whether all of `other` is here. Everything contains nothing. */
  contains(other: Resources): boolean {
    for (const entry of other) {
      const held = this.#entries.get(entry.key);
      if (held === undefined || !containsEntry(held, entry)) return false;
    }
    return true;
  }

  equals(other: Resources): boolean {
    return (
      this === other || (this.#entries.size === other.#entries.size && this.contains(other) && other.contains(this))
    );
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Only the entries that pass. */
  filter(passes: (entry: Entry) => boolean): Resources {
    const kept = [...this].filter(passes);
    return kept.length === this.#entries.size ? this : Resources.of(kept);
  }

  /** The same, all allocated to `role`. */
  allocatedTo(role: string): Resources {
    return this.#map((entry) => createEntry(entry.kind, role, entry.amount, entry.copies));
  }

  /** The same, allocated to nobody. */
  unallocated(): Resources {
    return this.#map((entry) => createEntry(entry.kind, undefined, entry.amount, entry.copies));
  }

  /** What each role has been allocated. What is not allocated is left out. */
  allocations(): ReadonlyMap<string, Resources> {
    const roles = new Set([...this].flatMap(({ role }) => (role === undefined ? [] : [role])));
    return new Map([...roles].map((role) => [role, this.filter((entry) => entry.role === role)]));
  }

  /** What nobody has reserved. */
  unreserved(): Resources {
    return this.filter(({ kind }) => kind.reservations.length === 0);
  }

  /** What is reserved, for `role` itself when one is given. */
  reserved(role?: string): Resources {
    return this.filter(({ kind }) => {
      const owner = reservationRole(kind);
      return owner !== undefined && (role === undefined || owner === role);
    });
  }

  /** The reserved resources by the role they are reserved for. */
  reservations(): ReadonlyMap<string, Resources> {
    const roles = new Set([...this].flatMap(({ kind }) => reservationRole(kind) ?? []));
    return new Map([...roles].map((role) => [role, this.reserved(role)]));
  }

  /** What `role` may use by reservation: its own and its ancestors'. */
  reservedFor(role: string): Resources {
    return this.filter(({ kind }) => {
      const owner = reservationRole(kind);
      return owner !== undefined && isInSubtree(role, owner);
    });
  }

  /** What `role` may use at all: unreserved, or reserved for it or an ancestor. */
  usableBy(role: string): Resources {
    return this.filter(({ kind }) => {
      const owner = reservationRole(kind);
      return owner === undefined || isInSubtree(role, owner);
    });
  }

  revocable(): Resources {
    return this.filter(({ kind }) => kind.revocable);
  }

  nonRevocable(): Resources {
    return this.filter(({ kind }) => !kind.revocable);
  }

  shared(): Resources {
    return this.filter(({ kind }) => kind.shared);
  }

  nonShared(): Resources {
    return this.filter(({ kind }) => !kind.shared);
  }

  persistentVolumes(): Resources {
    return this.filter(({ kind }) => kind.disk?.persistence != null);
  }

  /** The same with one more reservation on top. The caller has validated that it refines what is there. */
  pushReservation(reservation: ResourceReservation): Resources {
    return this.#withKinds((kind) => ({ ...kind, reservations: [...kind.reservations, reservation] }));
  }

  /** The same without its innermost reservation. */
  popReservation(): Resources {
    return this.#withKinds((kind) => ({ ...kind, reservations: kind.reservations.slice(0, -1) }));
  }

  /** The same, reserved for nobody. */
  toUnreserved(): Resources {
    return this.#withKinds((kind) => ({ ...kind, reservations: [] }));
  }

  /** Scalars summed over everything that is held, by name, in thousandths. A shared volume counts once. */
  scalars(): Quantities {
    const sum = new Map<string, number>();
    for (const { kind, amount, copies } of this) {
      if (amount.kind !== 'scalar') continue;
      sum.set(kind.name, (sum.get(kind.name) ?? 0) + amount.milli * (kind.shared ? 1 : copies));
    }
    return sum;
  }

  /** One scalar in its own unit (cores, MiB, devices); 0 when there is none. */
  scalar(name: string): number {
    return (this.scalars().get(name) ?? 0) / 1000;
  }

  /** All ranges of one name together. */
  ranges(name: string): Ranges {
    return [...this].reduce<Ranges>(
      (all, { kind, amount }) => (kind.name === name && amount.kind === 'ranges' ? addRanges(all, amount.ranges) : all),
      [],
    );
  }

  ports(): Ranges {
    return this.ranges('ports');
  }

  /** The names in order of first appearance. */
  names(): readonly string[] {
    return [...new Set([...this].map(({ kind }) => kind.name))];
  }

  /** As the original prints it: `cpus(allocated: *):4; mem(allocated: *):32`, or `{}` when there is nothing. */
  toString(): string {
    if (this.isEmpty) return '{}';
    return [...this].flatMap(printEntry).join('; ');
  }

  [Symbol.iterator](): Iterator<Entry> {
    return this.#entries.values();
  }

  #map(change: (entry: Entry) => Entry): Resources {
    return Resources.of([...this].map(change));
  }

  #withKinds(change: (kind: Kind) => Kind): Resources {
    return this.#map(({ kind, role, amount, copies }) => createEntry(createKind(change(kind)), role, amount, copies));
  }
}

/** The role a kind is reserved for, undefined when for nobody. */
export function reservationRole({ reservations }: Kind): string | undefined {
  return reservations.at(-1)?.role ?? undefined;
}

function addTo(sum: Map<string, Entry>, entry: Entry): void {
  if (isEmptyEntry(entry)) return;
  const held = sum.get(entry.key);
  sum.set(entry.key, held === undefined ? entry : addEntries(held, entry));
}

function printEntry(entry: Entry): readonly string[] {
  const text = printResource(entryToWire(entry, 'current'));
  return entry.kind.shared ? [`${text}<${entry.copies}>`] : Array.from({ length: entry.copies }, () => text);
}
