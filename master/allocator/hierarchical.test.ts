import { describe, expect, it } from 'vitest';
import { agentId, frameworkId } from '../../common/ids.js';
import { parseResources } from '../../common/resources/parse.js';
import { Resources } from '../../common/resources/resources.js';
import { seededRandom } from '../../common/runtime/random.js';
import { mesos } from '../../proto/index.js';
import type { Proposal } from './allocator.js';
import type { FrameworkProfile, OfferCapability } from './framework-profile.js';
import { HierarchicalAllocator } from './hierarchical.js';

const SMALL = 'cpus:2;mem:1024';
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const [f1, f2] = [frameworkId('f1'), frameworkId('f2')];
const [a1, a2] = [agentId('a1'), agentId('a2')];

const wants = (
  roles: readonly string[] = ['*'],
  capabilities: readonly OfferCapability[] = [],
  suppressed: readonly string[] = [],
): FrameworkProfile => ({
  roles: new Set(roles),
  capabilities: new Set(capabilities),
  suppressedRoles: new Set(suppressed),
});

/** An allocator with virtual time: `offers()` allocates and prints who got what. */
function cluster(agents: Readonly<Record<string, string | Resources>> = {}) {
  const allocator = new HierarchicalAllocator();
  const random = seededRandom(1);
  for (const [name, total] of Object.entries(agents)) {
    allocator.addAgent(agentId(name), typeof total === 'string' ? parseResources(total) : total);
  }
  const proposals = (nowMs = 0) => allocator.allocate(nowMs, random);
  const offers = (nowMs = 0) =>
    proposals(nowMs).map(({ frameworkId, agentId, resources }) => `${frameworkId} ${agentId} ${resources}`);
  const give = (made: readonly Proposal[], refuseMs?: number, nowMs = 0) => {
    for (const { frameworkId, agentId, resources } of made) {
      allocator.recover(frameworkId, agentId, resources, refuseMs === undefined ? undefined : { refuseMs, nowMs });
    }
  };
  return { allocator, proposals, offers, give };
}

describe('HierarchicalAllocator offers', () => {
  it('the whole remainder of an agent to one framework, once', () => {
    const { allocator, offers } = cluster({ a1: `${SMALL};ports:[1-9]` });
    allocator.addFramework(f1, wants(), true);
    expect(offers()).toEqual(['f1 a1 ports(allocated: *):[1-9]; cpus(allocated: *):2; mem(allocated: *):1024']);
    expect(offers()).toEqual([]);
    expect(allocator.pending).toBe(false);
  });

  it('turn by turn, to whoever holds the smaller share', () => {
    const { allocator, proposals } = cluster({ a1: SMALL, a2: SMALL });
    allocator.addFramework(f1, wants(), true);
    allocator.addFramework(f2, wants(), true);
    expect(
      proposals()
        .map(({ frameworkId }) => frameworkId)
        .sort(),
    ).toEqual(['f1', 'f2']);
  });

  it('what an agent reported as used to nobody, and counts it for its framework', () => {
    const { allocator, offers } = cluster();
    allocator.addFramework(f2, wants(), true);
    allocator.addAgent(a1, parseResources('cpus:4;mem:64'), new Map([[f1, parseResources('cpus:3').allocatedTo('*')]]));
    expect(allocator.heldByFramework(f1)).toEqual(new Map([['cpus', 3000]]));
    expect(offers()).toEqual(['f2 a1 cpus(allocated: *):1; mem(allocated: *):64']);
  });

  it('static reservations only to their role and those below it', () => {
    const { allocator, offers } = cluster({ a1: 'cpus(eng):2;cpus(ops):4;cpus:1' });
    allocator.addFramework(f1, wants(['eng/web']), true);
    expect(offers()).toEqual([
      'f1 a1 cpus(allocated: eng/web)(reservations: [(STATIC,eng)]):2; cpus(allocated: eng/web):1',
    ]);
    allocator.addFramework(f2, wants(['ops']), true);
    expect(offers()).toEqual(['f2 a1 cpus(allocated: ops)(reservations: [(STATIC,ops)]):4']);
  });

  it('nothing below the minimum, until enough comes together', () => {
    const { allocator, offers } = cluster({ a1: 'cpus:0.009;mem:31;disk:1000' });
    allocator.addFramework(f1, wants(), true);
    expect(offers()).toEqual([]);
    allocator.updateAgent(a1, parseResources('cpus:0.01;mem:31'));
    expect(offers()).toEqual(['f1 a1 cpus(allocated: *):0.01; mem(allocated: *):31']);
  });

  it('nothing of agents that are not active, and everything again when they are', () => {
    const { allocator, offers } = cluster({ a1: SMALL });
    allocator.deactivateAgent(a1);
    allocator.addFramework(f1, wants(), true);
    expect(offers()).toEqual([]);
    allocator.activateAgent(a1);
    expect(offers()).toHaveLength(1);
  });

  it('nothing to frameworks that are not active', () => {
    const { allocator, offers } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), false);
    expect(offers()).toEqual([]);
    allocator.activateFramework(f1);
    expect(offers()).toHaveLength(1);
  });

  it('machines with GPUs only to frameworks that use GPUs', () => {
    const { allocator, offers } = cluster({ a1: `${SMALL};gpus:1` });
    allocator.addFramework(f1, wants(), true);
    expect(offers()).toEqual([]);
    allocator.addFramework(f2, wants(['*'], ['GPU_RESOURCES']), true);
    expect(offers()).toHaveLength(1);
  });

  it('revocable, shared and refined resources only to frameworks that said they can deal with them', () => {
    const plain = parseResources('cpus:1;mem:64');
    const refined = parseResources('mem:96')
      .pushReservation({ type: mesos.v1.Resource.ReservationInfo.Type.STATIC, role: 'a' })
      .pushReservation({ type: mesos.v1.Resource.ReservationInfo.Type.DYNAMIC, role: 'a/b' });
    const revocable = Resources.fromWire(
      parseResources('cpus:8')
        .toWire()
        .map((each) => ({ ...each, revocable: {} })),
    );
    const total = Resources.sum([plain, refined, revocable]);
    const { allocator, offers } = cluster({ a1: total });
    allocator.addFramework(f1, wants(['a/b']), true);
    expect(offers()).toEqual(['f1 a1 cpus(allocated: a/b):1; mem(allocated: a/b):64']);
    allocator.addFramework(f2, wants(['a/b'], ['REVOCABLE_RESOURCES', 'RESERVATION_REFINEMENT']), true);
    expect(offers()).toEqual([
      'f2 a1 mem(allocated: a/b)(reservations: [(STATIC,a),(DYNAMIC,a/b)]):96; cpus(allocated: a/b){REV}:8',
    ]);
  });

  it('a shared volume again while it is held', () => {
    const volume = Resources.fromWire([
      {
        name: 'disk',
        type: mesos.v1.Value.Type.SCALAR,
        scalar: { value: 10 },
        reservations: [{ type: mesos.v1.Resource.ReservationInfo.Type.DYNAMIC, role: 'a' }],
        disk: { persistence: { id: 'v' }, volume: { containerPath: 'v', mode: mesos.v1.Volume.Mode.RW } },
        shared: {},
      },
    ]);
    const { allocator, proposals } = cluster({ a1: parseResources(SMALL).plus(volume) });
    allocator.addFramework(f1, wants(['a'], ['SHARED_RESOURCES']), true);
    const [first] = proposals();
    expect(first?.resources.shared().isEmpty).toBe(false);
    allocator.recover(f1, a1, parseResources('cpus:1').allocatedTo('a'));
    const [second] = proposals();
    expect(second?.resources.contains(volume.allocatedTo('a'))).toBe(true);
    expect(allocator.agent(a1)?.held.get(f1)?.shared().toWire()).toHaveLength(2);
  });

  it('less to an agent that shrank below what is held, then the rest as it comes back', () => {
    const { allocator, proposals, offers, give } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    const made = proposals();
    allocator.updateAgent(a1, parseResources('cpus:1;mem:512'));
    expect(allocator.agent(a1)?.free.isEmpty).toBe(true);
    give(made);
    expect(offers()).toEqual(['f1 a1 cpus(allocated: *):1; mem(allocated: *):512']);
  });

  it('in the same order for the same seed', () => {
    const run = () => {
      const { allocator, offers } = cluster(Object.fromEntries([...'abcdefgh'].map((name) => [name, SMALL])));
      for (const name of ['x', 'y', 'z']) allocator.addFramework(frameworkId(name), wants(), true);
      return offers();
    };
    expect(run()).toEqual(run());
  });
});

describe('HierarchicalAllocator filters', () => {
  it('keep what was declined from the same framework until they end, and wake the allocator', () => {
    const { allocator, proposals, offers, give } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    give(proposals(), 5000);
    expect(allocator.nextExpiryMs()).toBe(5000);
    expect(offers(4999)).toEqual([]);
    expect(offers(5000)).toHaveLength(1);
    expect(allocator.nextExpiryMs()).toBeUndefined();
  });

  it('let the next framework have it at once', () => {
    const { allocator, proposals, give } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    allocator.addFramework(f2, wants(), true);
    const [first] = proposals();
    give(first ? [first] : [], 5000);
    expect(proposals().map(({ frameworkId }) => frameworkId)).toEqual([first?.frameworkId === f1 ? f2 : f1]);
  });

  it('refuse only what is contained in what was declined', () => {
    const { allocator, proposals, offers } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    proposals();
    allocator.recover(f1, a1, parseResources('cpus:1;mem:512').allocatedTo('*'), { refuseMs: 60_000, nowMs: 0 });
    expect(offers()).toEqual([]);
    allocator.recover(f1, a1, parseResources('cpus:0.5').allocatedTo('*'));
    expect(offers()).toEqual(['f1 a1 cpus(allocated: *):1.5; mem(allocated: *):512']);
  });

  it.each([
    [Number.NaN, 5000],
    [-1, 5000],
    [Infinity, YEAR_MS],
    [1e300, YEAR_MS],
  ])('of %d ms last %d ms', (refuseMs, lastMs) => {
    const { allocator, proposals, give } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    give(proposals(), refuseMs);
    expect(allocator.nextExpiryMs()).toBe(lastMs);
  });

  it('of 0 ms are none', () => {
    const { allocator, proposals, offers, give } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    give(proposals(), 0);
    expect(offers()).toHaveLength(1);
  });

  it('end when the framework revives, in the roles it names', () => {
    const { allocator, proposals, offers, give } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(['a', 'b']), true);
    give(proposals(), 60_000);
    give(proposals(), 60_000);
    allocator.revive(f1, ['b']);
    expect(offers()).toEqual(['f1 a1 cpus(allocated: b):2; mem(allocated: b):1024']);
  });

  it.each(['deactivated', 'removed'] as const)('go with a framework that is %s', (how) => {
    const { allocator, proposals, offers, give } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    give(proposals(), 60_000);
    if (how === 'removed') allocator.removeFramework(f1);
    else allocator.deactivateFramework(f1);
    expect(allocator.nextExpiryMs()).toBeUndefined();
    if (how === 'removed') allocator.addFramework(f1, wants(), true);
    else allocator.activateFramework(f1);
    expect(offers()).toHaveLength(1);
  });

  it('go with their agent', () => {
    const { allocator, proposals, give } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    give(proposals(), 60_000);
    allocator.removeAgent(a1);
    expect(allocator.nextExpiryMs()).toBeUndefined();
  });
});

describe('HierarchicalAllocator suppression', () => {
  it('stops offers in a role until it is revived', () => {
    const { allocator, offers } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(['a', 'b'], [], ['a']), true);
    allocator.suppress(f1, ['b']);
    expect(offers()).toEqual([]);
    allocator.revive(f1);
    expect(offers()).toHaveLength(1);
  });

  it('ends with an update that no longer names the role, and its filters with it', () => {
    const { allocator, proposals, offers, give } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(['a']), true);
    give(proposals(), 60_000);
    allocator.updateFramework(f1, wants(['a'], [], ['a']));
    expect(offers()).toEqual([]);
    allocator.updateFramework(f1, wants(['a']));
    expect(offers()).toHaveLength(1);
  });
});

describe('HierarchicalAllocator bookkeeping', () => {
  it('looks again only at agents for which something changed', () => {
    const { allocator, proposals, give } = cluster({ a1: SMALL, a2: SMALL });
    allocator.addFramework(f1, wants(), true);
    give(proposals(), 60_000);
    proposals();
    expect(allocator.pending).toBe(false);
    allocator.updateAgent(a2, parseResources('cpus:3;mem:1024'));
    expect(proposals().map(({ agentId }) => agentId)).toEqual([a2]);
  });

  it('keeps what a removed framework holds until it is recovered', () => {
    const { allocator, proposals, offers, give } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    const made = proposals();
    allocator.removeFramework(f1);
    allocator.addFramework(f2, wants(), true);
    expect(offers()).toEqual([]);
    give(made);
    expect(offers()).toEqual(['f2 a1 cpus(allocated: *):2; mem(allocated: *):1024']);
  });

  it('refuses to take back what is not held, and changes nothing', () => {
    const { allocator, proposals } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    proposals();
    const more = parseResources('cpus:3').allocatedTo('*');
    expect(() => allocator.recover(f1, a1, more)).toThrow('Cannot recover cpus(allocated: *):3 of framework f1');
    expect(allocator.heldByFramework(f1).get('cpus')).toBe(2000);
  });

  it('follows an operation that reserves what a framework was offered', () => {
    const { allocator, proposals, offers } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(['a']), true);
    proposals();
    const consumed = parseResources('cpus:1').allocatedTo('a');
    const converted = consumed.pushReservation({ type: mesos.v1.Resource.ReservationInfo.Type.DYNAMIC, role: 'a' });
    allocator.convert(f1, a1, consumed, converted);
    expect(allocator.pool.get('cpus')).toBe(2000);
    expect(allocator.heldByFramework(f1).get('cpus')).toBe(2000);
    allocator.recover(f1, a1, converted);
    expect(offers()).toEqual(['f1 a1 cpus(allocated: a)(reservations: [(DYNAMIC,a)]):1']);
  });

  it('drops the pool and the shares of an agent with it', () => {
    const { allocator, proposals } = cluster({ a1: SMALL, a2: SMALL });
    allocator.addFramework(f1, wants(), true);
    proposals();
    allocator.removeAgent(a1);
    expect(allocator.pool.get('cpus')).toBe(2000);
    expect(allocator.heldByRole('*').get('cpus')).toBe(2000);
    expect(allocator.agent(a1)).toBeUndefined();
  });
});

describe('HierarchicalAllocator explains', () => {
  const verdictOf = (allocator: HierarchicalAllocator, nowMs = 0) => {
    const explanation = allocator.explain(f1, nowMs);
    return explanation.kind === 'roles' ? explanation.roles[0]?.agents.get(a1) : explanation;
  };

  it('frameworks it does not know, and those that are away', () => {
    const { allocator } = cluster({ a1: SMALL });
    expect(verdictOf(allocator)).toEqual({ kind: 'unknown-framework' });
    allocator.addFramework(f1, wants(), false);
    expect(verdictOf(allocator)).toEqual({ kind: 'framework-inactive' });
  });

  it('an agent that can be offered, with what', () => {
    const { allocator } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    expect(verdictOf(allocator)).toMatchObject({ kind: 'eligible' });
  });

  it('who holds everything', () => {
    const { allocator, proposals } = cluster({ a1: SMALL });
    allocator.addFramework(f2, wants(), true);
    proposals();
    allocator.addFramework(f1, wants(), true);
    expect(verdictOf(allocator)).toEqual({ kind: 'nothing-left', holders: [f2] });
  });

  it('until when a filter holds', () => {
    const { allocator, proposals, give } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(), true);
    give(proposals(), 5000);
    expect(verdictOf(allocator, 1000)).toEqual({ kind: 'filtered', untilMs: 5000 });
    expect(verdictOf(allocator, 5000)).toMatchObject({ kind: 'eligible' });
  });

  it.each([
    ['cpus(ops):1', { kind: 'reserved-for-others', roles: ['ops'] }],
    ['cpus:0.001', { kind: 'below-minimum', free: new Map([['cpus', 1]]) }],
    ['cpus:1;gpus:1', { kind: 'capability-missing', capabilities: ['GPU_RESOURCES'] }],
  ])('why not %s', (total, verdict) => {
    const { allocator } = cluster({ a1: total });
    allocator.addFramework(f1, wants(), true);
    expect(verdictOf(allocator)).toMatchObject(verdict);
  });

  it('that an agent is away, and that a role is suppressed', () => {
    const { allocator } = cluster({ a1: SMALL });
    allocator.addFramework(f1, wants(['a'], [], ['a']), true);
    allocator.deactivateAgent(a1);
    expect(allocator.explain(f1, 0)).toEqual({
      kind: 'roles',
      roles: [{ role: 'a', suppressed: true, agents: new Map([[a1, { kind: 'agent-inactive' }]]) }],
    });
  });
});
