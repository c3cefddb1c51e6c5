import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AgentId, agentId, type FrameworkId, frameworkId } from '../../common/ids.js';
import { parseResources } from '../../common/resources/parse.js';
import { countRanges } from '../../common/resources/ranges.js';
import { Resources } from '../../common/resources/resources.js';
import { isInSubtree } from '../../common/roles.js';
import { seededRandom } from '../../common/runtime/random.js';
import { mesos } from '../../proto/index.js';
import type { Proposal } from './allocator.js';
import type { FrameworkProfile } from './framework-profile.js';
import { HierarchicalAllocator } from './hierarchical.js';

const { DYNAMIC } = mesos.v1.Resource.ReservationInfo.Type;
const TOTALS = [
  'cpus:4;mem:1024;ports:[100-200]',
  'cpus:1;mem:64;cpus(a):2;mem(a/b):64',
  'cpus:8;mem:4096;disk(c):100;cpus(c):1',
].map((text) => parseResources(text));
const PROFILES: readonly FrameworkProfile[] = [['*'], ['a', 'a/b'], ['c', '*'], ['a/b']].map((roles) => ({
  roles: new Set(roles),
  suppressedRoles: new Set(),
  capabilities: new Set(),
}));
const HALF_CORE = parseResources('cpus:0.5');
const PARTS = ['cpus:0.5', 'mem:32', 'ports:[120-130]'].map((text) => parseResources(text));

interface Filter extends Proposal {
  readonly untilMs: number;
}

/** Plays commands against the allocator and keeps, in the plainest way, what should be true of it. */
class Play {
  readonly allocator = new HierarchicalAllocator();
  readonly random = seededRandom(7);
  nowMs = 0;
  readonly totals = new Map<AgentId, Resources>();
  readonly frameworks = new Map<FrameworkId, { active: boolean; suppressed: Set<string>; profile: FrameworkProfile }>();
  held: Proposal[] = [];
  filters: Filter[] = [];

  addAgent(index: number, kind: number): void {
    const id = agentId(`agent-${index}`);
    const total = TOTALS[kind % TOTALS.length] ?? Resources.EMPTY;
    if (this.totals.has(id)) {
      this.allocator.removeAgent(id);
      this.held = this.held.filter((each) => each.agentId !== id);
      this.filters = this.filters.filter((each) => each.agentId !== id);
    }
    this.totals.set(id, total);
    this.allocator.addAgent(id, total);
  }

  subscribe(index: number, kind: number): void {
    const id = frameworkId(`framework-${index}`);
    const profile = PROFILES[kind % PROFILES.length];
    if (profile === undefined) return;
    if (this.frameworks.has(id)) {
      this.allocator.removeFramework(id);
      this.#dropFilters((each) => each.frameworkId === id);
    }
    this.frameworks.set(id, { active: true, suppressed: new Set(), profile });
    this.allocator.addFramework(id, profile, true);
  }

  toggle(index: number): void {
    const id = frameworkId(`framework-${index}`);
    const framework = this.frameworks.get(id);
    if (framework === undefined) return;
    framework.active = !framework.active;
    if (framework.active) {
      this.allocator.activateFramework(id);
    } else {
      this.allocator.deactivateFramework(id);
      this.#dropFilters((each) => each.frameworkId === id);
    }
  }

  suppress(index: number, on: boolean): void {
    const id = frameworkId(`framework-${index}`);
    const framework = this.frameworks.get(id);
    if (framework === undefined) return;
    if (on) {
      for (const role of framework.profile.roles) framework.suppressed.add(role);
      this.allocator.suppress(id);
    } else {
      framework.suppressed.clear();
      this.#dropFilters((each) => each.frameworkId === id);
      this.allocator.revive(id);
    }
  }

  /** Gives back one allocation, whole or in part, with a filter or without. */
  recover(index: number, part: number, refuseMs: number): void {
    const made = this.held[index % Math.max(1, this.held.length)];
    if (made === undefined) return;
    const piece = PARTS[part]?.allocatedTo(made.role);
    const resources = piece && made.resources.contains(piece) ? piece : made.resources;
    const rest = made.resources.minus(resources);
    this.held = this.held.filter((each) => each !== made);
    if (!rest.isEmpty) this.held.push({ ...made, resources: rest });
    this.allocator.recover(made.frameworkId, made.agentId, resources, { refuseMs, nowMs: this.nowMs });
    if (refuseMs > 0 && this.frameworks.get(made.frameworkId)?.active) {
      this.filters.push({ ...made, resources, untilMs: this.nowMs + refuseMs });
    }
  }

  /** Reserves half a core of one allocation for the role it was made in. */
  reserve(index: number): void {
    const made = this.held[index % Math.max(1, this.held.length)];
    const consumed = HALF_CORE.allocatedTo(made?.role ?? '*');
    if (made === undefined || made.role === '*' || !made.resources.contains(consumed)) return;
    const converted = consumed.pushReservation({ type: DYNAMIC, role: made.role });
    const total = this.totals.get(made.agentId) ?? Resources.EMPTY;
    this.totals.set(made.agentId, total.minus(HALF_CORE).plus(converted.unallocated()));
    this.held = this.held.filter((each) => each !== made);
    this.held.push({ ...made, resources: made.resources.minus(consumed).plus(converted) });
    this.allocator.convert(made.frameworkId, made.agentId, consumed, converted);
  }

  allocate(passedMs: number): void {
    this.nowMs += passedMs;
    for (const proposal of this.allocator.allocate(this.nowMs, this.random)) {
      this.#expectAllowed(proposal);
      this.held.push(proposal);
    }
    this.#expectNothingForgotten();
  }

  expectBooksBalance(): void {
    for (const [id, total] of this.totals) {
      const held = this.held.filter((each) => each.agentId === id).map(({ resources }) => resources.unallocated());
      const free = this.allocator.agent(id)?.free ?? Resources.EMPTY;
      const sum = Resources.sum([free, ...held]);
      expect(sum.equals(total), `${sum} is ${total}`).toBe(true);
      const ports = [free, ...held].reduce((count, each) => count + countRanges(each.ports()), 0);
      expect(ports).toBe(countRanges(total.ports()));
    }
    for (const id of this.frameworks.keys()) {
      const held = Resources.sum(this.held.filter((each) => each.frameworkId === id).map(({ resources }) => resources));
      expect(this.allocator.heldByFramework(id)).toEqual(held.scalars());
    }
    expect(this.allocator.pool).toEqual(Resources.sum(this.totals.values()).scalars());
  }

  #expectAllowed({ frameworkId, agentId, role, resources }: Proposal): void {
    const framework = this.frameworks.get(frameworkId);
    expect(framework?.active).toBe(true);
    expect(framework?.profile.roles.has(role)).toBe(true);
    expect(framework?.suppressed.has(role)).toBe(false);
    for (const owner of resources.reservations().keys()) expect(isInSubtree(role, owner)).toBe(true);
    const refused = this.filters.some(
      (filter) =>
        filter.frameworkId === frameworkId &&
        filter.agentId === agentId &&
        filter.role === role &&
        filter.untilMs > this.nowMs &&
        filter.resources.contains(resources),
    );
    expect(refused).toBe(false);
  }

  /** After an allocation no agent is left that somebody who wants offers could have. */
  #expectNothingForgotten(): void {
    for (const id of this.frameworks.keys()) {
      const explanation = this.allocator.explain(id, this.nowMs);
      if (explanation.kind !== 'roles') continue;
      for (const { suppressed, agents } of explanation.roles) {
        if (!suppressed) expect([...agents.values()].map(({ kind }) => kind)).not.toContain('eligible');
      }
    }
  }

  #dropFilters(dropped: (filter: Filter) => boolean): void {
    this.filters = this.filters.filter((each) => !dropped(each));
  }
}

const small = fc.integer({ min: 0, max: 3 });
const refusal = fc.constantFrom(0, 5, 100);
const command: fc.Arbitrary<(play: Play) => void> = fc.oneof(
  fc.tuple(small, small).map(
    ([index, kind]) =>
      (play: Play) =>
        play.addAgent(index, kind),
  ),
  fc.tuple(small, small).map(
    ([index, kind]) =>
      (play: Play) =>
        play.subscribe(index, kind),
  ),
  small.map((index) => (play: Play) => play.toggle(index)),
  fc.tuple(small, fc.boolean()).map(
    ([index, on]) =>
      (play: Play) =>
        play.suppress(index, on),
  ),
  fc.tuple(fc.nat(20), small, refusal).map(
    ([i, part, ms]) =>
      (play: Play) =>
        play.recover(i, part, ms),
  ),
  fc.nat(20).map((index) => (play: Play) => play.reserve(index)),
  fc.constantFrom(0, 1, 5, 50).map((ms) => (play: Play) => play.allocate(ms)),
);

describe('HierarchicalAllocator, for all sequences of commands', () => {
  it('never gives out more than there is, loses nothing, respects filters and forgets no one', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 5, maxLength: 60 }), (commands) => {
        const play = new Play();
        for (const run of commands) {
          run(play);
          play.expectBooksBalance();
        }
        play.allocate(1000);
        play.expectBooksBalance();
      }),
      { numRuns: 300 },
    );
  });

  it('keeps weighted shares of greedy roles within one agent of each other', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 40 }), fc.integer(), (each, agents, seed) => {
        const allocator = new HierarchicalAllocator();
        const roles = each.map((weight, index) => [`role-${index}`, weight] as const);
        allocator.updateWeights(new Map(roles));
        for (const [role] of roles) {
          const profile = {
            roles: new Set([role]),
            suppressedRoles: new Set<string>(),
            capabilities: new Set<never>(),
          };
          allocator.addFramework(frameworkId(`of-${role}`), profile, true);
        }
        const total = parseResources('cpus:4;mem:1024');
        for (let index = 0; index < agents; index++) allocator.addAgent(agentId(`a${index}`), total);
        const made = allocator.allocate(0, seededRandom(seed));
        expect(made).toHaveLength(agents);
        const shares = roles.map(([role, weight]) => made.filter((one) => one.role === role).length / weight);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
