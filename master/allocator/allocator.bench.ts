import { agentId, frameworkId } from '../../common/ids.js';
import { parseResources } from '../../common/resources/parse.js';
import type { Resources } from '../../common/resources/resources.js';
import { seededRandom } from '../../common/runtime/random.js';
import type { FrameworkProfile } from './framework-profile.js';
import { HierarchicalAllocator } from './hierarchical.js';

const AGENTS = 1000;
const FRAMEWORKS = 50;
const TOTAL = parseResources('cpus:24;mem:4096;disk:4096;ports:[31000-32000]');
const PROFILE: FrameworkProfile = { roles: new Set(['*']), suppressedRoles: new Set(), capabilities: new Set() };

/**
 * DeclineOffers, the workload of the original's own suite: every agent partly used and its ports in 16 fragments; in
 * each of 2 x frameworks rounds all offers are declined for good, then one allocation is timed.
 */
export default async function run({ progress }: { progress: (text: string) => void }) {
  const allocator = new HierarchicalAllocator();
  const random = seededRandom(1);
  const frameworks = Array.from({ length: FRAMEWORKS }, (_, index) => frameworkId(`framework-${index}`));
  for (const id of frameworks) allocator.addFramework(id, PROFILE, true);
  const used = fragmented().allocatedTo('*');
  const adding = timed(() => {
    for (let index = 0; index < AGENTS; index++) {
      const holder = frameworks[index % FRAMEWORKS] ?? frameworkId('framework-0');
      allocator.addAgent(agentId(`agent-${index}`), TOTAL, new Map([[holder, used]]));
    }
  });
  const cycles: number[] = [];
  const declines: number[] = [];
  let offers = 0;
  for (let round = 0; round < 2 * FRAMEWORKS; round++) {
    const refusal = { refuseMs: Number.MAX_SAFE_INTEGER, nowMs: 0 };
    cycles.push(
      timed(() => {
        const made = allocator.allocate(0, random);
        offers += made.length;
        declines.push(
          timed(() => {
            for (const each of made) allocator.recover(each.frameworkId, each.agentId, each.resources, refusal);
          }),
        );
      }) - (declines.at(-1) ?? 0),
    );
    if (round % 25 === 0) progress(`round ${round} of ${2 * FRAMEWORKS}`);
  }
  const busy = cycles.slice(1, FRAMEWORKS); // the first is not warm; later ones have nothing left to offer
  return {
    name: `DeclineOffers, ${AGENTS} agents x ${FRAMEWORKS} frameworks`,
    rows: [row('add all agents', [adding]), row('allocation with offers', busy), row('declining them', declines)],
    notes: [`${offers} offers made and declined`],
  };
}

/** Ports in 16 pieces of 31 with gaps between them, and most of the rest. */
function fragmented(): Resources {
  const ports = Array.from({ length: 16 }, (_, index) => `${31_000 + index * 62}-${31_030 + index * 62}`);
  return parseResources(`cpus:16;mem:2014;disk:1024;ports:[${ports.join(',')}]`);
}

function row(what: string, times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return { what, unit: 'ms', median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, runs: sorted.length };
}

function timed(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
