import type { FrameworkId } from '../../common/ids.js';
import { Resources } from '../../common/resources/resources.js';
import type { Master } from '../master.js';
import { offeredOn, usedOn } from './agent-view.js';

/** A role that is in use or has a weight. */
export interface RoleView {
  readonly name: string;
  readonly weight: number;
  /** Frameworks that subscribe to it. */
  readonly frameworks: readonly FrameworkId[];
  /** What its tasks and executors hold. */
  readonly allocated: Resources;
  readonly offered: Resources;
  /** What is reserved for it on all agents, held or not. */
  readonly reserved: Resources;
}

/** Every role known, by name. */
export function rolesOf({ agents, frameworks, allocator, weights }: Master): RoleView[] {
  const members = new Map<string, FrameworkId[]>();
  for (const { id, roles } of frameworks.live.values()) {
    for (const role of roles) members.set(role, [...(members.get(role) ?? []), id]);
  }
  const registered = [...agents.registered.values()];
  const allocated = Resources.sum(registered.map(usedOn)).allocations();
  const offered = Resources.sum(registered.map(offeredOn)).allocations();
  const reserved = Resources.sum(registered.map(({ total }) => total.reserved())).reservations();
  const names = [members, allocated, offered, reserved].flatMap((known) => [...known.keys()]);
  return [...new Set([...names, ...Object.keys(weights)])].toSorted().map((name) => ({
    name,
    weight: allocator.weight(name),
    frameworks: members.get(name) ?? [],
    allocated: allocated.get(name)?.unallocated() ?? Resources.EMPTY,
    offered: offered.get(name)?.unallocated() ?? Resources.EMPTY,
    reserved: reserved.get(name) ?? Resources.EMPTY,
  }));
}
