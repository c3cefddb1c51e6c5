import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Resources } from '../../common/resources/resources.js';
import type { Offer } from '../../proto/index.js';
import { offer } from '../testing/index.js';
import { buildTask, programCommand, shellCommand } from './build-task.js';
import { parseConstraint } from './constraint.js';
import { printExplanation } from './explain.js';
import { type MatchOptions, match } from './match.js';
import { placeOf } from './place.js';
import type { Needs, Requirement } from './requirement.js';

const small: Needs = { cpus: 1, mem: 512 };

function tasks(count: number, needs: Needs, group = 'web'): Requirement[] {
  return Array.from({ length: count }, (_, index) => ({ id: `t${index + 1}`, needs, group }));
}

/** Where each task went, by agent. */
function layout(requirements: Requirement[], offers: Offer[], options?: MatchOptions): Record<string, string[]> {
  const { placements } = match(requirements, offers, options);
  return Object.fromEntries(
    placements.map(({ place, launches }) => [place.agentId, launches.map(({ requirement }) => requirement.id)]),
  );
}

describe('match()', () => {
  it('spreads by default and packs when told', () => {
    const offers = [offer({ agentId: 'S1', cpus: 4 }), offer({ agentId: 'S2', cpus: 4 })];
    expect(layout(tasks(4, small), offers)).toEqual({ S1: ['t1', 't3'], S2: ['t2', 't4'] });
    expect(layout(tasks(4, small), offers, { strategy: 'pack' })).toEqual({ S1: ['t1', 't2', 't3', 't4'] });
  });

  it('accepts several offers of one agent together', () => {
    const offers = [offer({ id: 'A', cpus: 1, mem: 64 }), offer({ id: 'B', cpus: 1, mem: 1024 })];
    const { placements, unused } = match(tasks(1, { cpus: 2, mem: 512 }), offers);
    expect(placements[0]?.offers.map(({ id }) => id.value)).toEqual(['A', 'B']);
    expect(unused).toEqual([]);
  });

  it('keeps offers of different roles apart, for an ACCEPT may not mix them', () => {
    const offers = [offer({ cpus: 1, role: 'a' }), offer({ cpus: 1, role: 'b' })];
    expect(match(tasks(1, { cpus: 2, mem: 1 }), offers).placements).toEqual([]);
  });

  it('takes what is reserved before what anyone could use, and keeps allocation and reservation on it', () => {
    const offers = [offer({ cpus: 1, role: 'db', reservedFor: 'db' }), offer({ cpus: 4, role: 'db' })];
    const { placements } = match(tasks(1, { cpus: 2, mem: 32, role: 'db' }), offers);
    const cpus = placements[0]?.launches[0]?.resources.filter(({ name }) => name === 'cpus');
    expect(cpus).toEqual([
      expect.objectContaining({
        scalar: { value: 1 },
        allocationInfo: { role: 'db' },
        reservations: [expect.objectContaining({ role: 'db' })],
      }),
      expect.objectContaining({ scalar: { value: 1 }, allocationInfo: { role: 'db' } }),
    ]);
  });

  it('gives fixed ports as asked and any others around them', () => {
    const needs: Needs = { ...small, ports: ['any', 31_000, 'any'] };
    const { placements } = match(tasks(1, needs), [offer({ ports: [31_000, 31_002] })]);
    expect(placements[0]?.launches[0]?.ports).toEqual([31_001, 31_000, 31_002]);
  });

  it('starts anywhere among the free ports when given randomness', () => {
    const needs: Needs = { ...small, ports: ['any', 'any'] };
    const options = { random: { next: () => 0.999 } };
    const { placements } = match(tasks(1, needs), [offer({ ports: [31_000, 31_009] })], options);
    expect(placements[0]?.launches[0]?.ports).toEqual([31_009, 31_000]);
  });

  it.each([
    ['hostname:UNIQUE', { S1: ['t1'], S2: ['t2'] }],
    ['rack:MAX_PER:1', { S1: ['t1'], S3: ['t2'] }],
    ['rack:IS:r2', { S3: ['t1', 't2', 't3'] }],
    ['rack:LIKE:r[2-9]', { S3: ['t1', 't2', 't3'] }],
    ['rack:UNLIKE:r2', { S1: ['t1', 't3'], S2: ['t2'] }],
    ['rack:CLUSTER', { S1: ['t1', 't3'], S2: ['t2'] }],
    ['rack:GROUP_BY', { S1: ['t1'], S2: ['t3'], S3: ['t2'] }],
    ['rack:GROUP_BY:3', { S1: ['t1'], S3: ['t2'] }],
    ['agent:UNIQUE', { S1: ['t1'], S2: ['t2'], S3: ['t3'] }],
  ])('keeps to %s', (text, expected) => {
    const offers = [
      offer({ agentId: 'S1', hostname: 'a', attributes: { rack: 'r1' } }),
      offer({ agentId: 'S2', hostname: 'b', attributes: { rack: 'r1' } }),
      offer({ agentId: 'S3', hostname: 'b', attributes: { rack: 'r2' } }),
    ];
    expect(layout(tasks(3, { ...small, constraints: [parseConstraint(text)] }), offers)).toEqual(expected);
  });

  it('counts peers placed earlier', () => {
    const offers = [offer({ agentId: 'S1' }), offer({ agentId: 'S2' })];
    const [first] = offers;
    const peers = new Map([['web', first ? [placeOf(first)] : []]]);
    const needs = { ...small, constraints: [parseConstraint('hostname:UNIQUE')] };
    expect(layout(tasks(1, needs), offers, { peers })).toEqual({ S2: ['t1'] });
  });

  it('explains: counts per reason, the nearest fit, what is short', () => {
    const offers = [
      offer({ agentId: 'S1', cpus: 2, mem: 256, attributes: { rack: 'r2' } }),
      offer({ agentId: 'S2', cpus: 3, attributes: { rack: 'r1' } }),
      offer({ agentId: 'S3', cpus: 1, attributes: { rack: 'r1' } }),
    ];
    const needs = { cpus: 4, mem: 512, constraints: [parseConstraint('rack:IS:r1')] };
    const [why] = match(tasks(1, needs), offers).unplaced;
    expect(why).toMatchObject({
      agents: 3,
      reasons: [
        { code: 'cpus', agents: 3 },
        { code: 'attribute', agents: 1 },
        { code: 'mem', agents: 1 },
      ],
      nearest: { agentId: 'S2', short: [{ stage: 'cpus', asked: 4, held: 3, total: 3 }] },
    });
    expect(why && printExplanation(why)).toBe(
      '3 of 3 agents: cpus; 1 of 3 agents: attribute; 1 of 3 agents: mem\n' +
        'nearest fit host2 (S2): cpus: 4 asked, 3 left of 3 offered',
    );
  });

  it('says so when there are no offers', () => {
    const [why] = match(tasks(1, small), []).unplaced;
    expect(why && printExplanation(why)).toMatch(/^no offers/);
  });

  it('gives each of the alike its own explanation', () => {
    const { unplaced } = match(tasks(3, { cpus: 99, mem: 1 }), [offer()]);
    expect(unplaced.map(({ requirementId }) => requirementId)).toEqual(['t1', 't2', 't3']);
  });

  it('never takes more than the offers hold, gives no port twice, and answers for every requirement', () => {
    const wish = fc.oneof(fc.constant('any' as const), fc.integer({ min: 31_000, max: 31_006 }));
    const needs = fc.record({
      cpus: fc.integer({ min: 0, max: 2500 }).map((milli) => milli / 1000),
      mem: fc.integer({ min: 0, max: 600 }),
      ports: fc.array(wish, { maxLength: 3 }),
      constraints: fc.subarray(['hostname:UNIQUE', 'rack:GROUP_BY', 'rack:CLUSTER'].map(parseConstraint)),
    });
    const offerSketch = fc.record({
      agentId: fc.constantFrom('S1', 'S2', 'S3'),
      cpus: fc.integer({ min: 1, max: 5000 }).map((milli) => milli / 1000),
      mem: fc.integer({ min: 1, max: 2048 }),
      role: fc.constantFrom('a', 'b'),
      reservedFor: fc.constantFrom('a', 'b'),
      attributes: fc.record({ rack: fc.constantFrom('r1', 'r2') }),
    });
    const property = fc.property(
      fc.array(needs, { maxLength: 12 }),
      fc.array(offerSketch, { maxLength: 6 }),
      fc.constantFrom('spread' as const, 'pack' as const),
      (allNeeds, sketches, strategy) => {
        // Each offer has ports of its own, as those of one agent do.
        const offers = sketches.map((sketch, at) => offer({ ...sketch, ports: [31_000 + 3 * at, 31_002 + 3 * at] }));
        const requirements = allNeeds.map((each, at) => ({ id: `t${at}`, needs: each, group: 'g' }));
        const { placements, unplaced, unused } = match(requirements, offers, { strategy });
        for (const placement of placements) {
          const held = Resources.sum(placement.offers.map(({ resources }) => Resources.fromWire(resources)));
          const taken = placement.launches.map(({ resources }) => Resources.fromWire(resources));
          expect(() => taken.reduce((left, part) => left.minus(part), held)).not.toThrow();
          const ports = placement.launches.flatMap((launch) => launch.ports);
          expect(new Set(ports).size).toBe(ports.length);
          for (const { requirement, resources, ports: given } of placement.launches) {
            const got = Resources.fromWire(resources);
            expect(got.scalar('cpus')).toBe(requirement.needs.cpus);
            expect(got.scalar('mem')).toBe(requirement.needs.mem);
            expect(given).toHaveLength(requirement.needs.ports?.length ?? 0);
          }
        }
        const placed = placements.flatMap(({ launches }) => launches.map(({ requirement }) => requirement.id));
        expect([...placed, ...unplaced.map(({ requirementId }) => requirementId)].sort()).toEqual(
          requirements.map(({ id }) => id).sort(),
        );
        expect(unused.length + placements.flatMap((placement) => placement.offers).length).toBe(offers.length);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});

describe('buildTask()', () => {
  it('is the requirement on the agent that was chosen', () => {
    const [placement] = match(tasks(1, small), [offer({ agentId: 'S4' })]).placements;
    const [launch] = placement?.launches ?? [];
    const task = launch && buildTask(launch, { command: shellCommand('echo hi', { A: 'b' }) });
    expect(task).toMatchObject({
      name: 't1',
      taskId: { value: 't1' },
      agentId: { value: 'S4' },
      command: { shell: true, value: 'echo hi', environment: { variables: [{ name: 'A', value: 'b' }] } },
    });
    expect(programCommand(['ls', '-l'])).toEqual({ shell: false, value: 'ls', arguments: ['ls', '-l'] });
  });
});

describe('parseConstraint()', () => {
  it.each(['rack', ':LIKE:x', 'rack:NEAR:x', 'rack:LIKE', 'rack:LIKE:(', 'rack:MAX_PER:0', 'rack:UNIQUE:x'])(
    'refuses %s and says what is wanted',
    (text) => expect(() => parseConstraint(text)).toThrow(`Cannot read constraint "${text}": `),
  );
});
