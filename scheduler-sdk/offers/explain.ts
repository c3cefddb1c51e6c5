import { type Outcome, type ReasonCode, refusalsOf, shortageOf } from './outcome.js';
import type { Place } from './place.js';

/** How many agents refused for one reason; an agent may refuse for several. */
export interface ReasonCount {
  readonly code: ReasonCode;
  readonly agents: number;
}

/** Why a requirement has no place. Plain data: travels as JSON, prints with `printExplanation`. */
export interface Explanation {
  readonly requirementId: string;
  /** How many agents were looked at. */
  readonly agents: number;
  /** Most frequent first. */
  readonly reasons: readonly ReasonCount[];
  /** The agent that is closest to fitting, and all it lacks. */
  readonly nearest?: { readonly agentId: string; readonly hostname: string; readonly short: readonly Outcome[] };
  /** What each agent said, at most `OUTCOMES_KEPT` of them. */
  readonly outcomes: readonly Outcome[];
}

/** Bounds the size of an explanation on a large cluster. */
export const OUTCOMES_KEPT = 50;

/** Sums up refusals; `places` and `outcomes` go together. */
export function explain(requirementId: string, places: readonly Place[], outcomes: readonly Outcome[]): Explanation {
  const refusals = outcomes.map(refusalsOf);
  const nearest = nearestOf(places, refusals);
  return {
    requirementId,
    agents: places.length,
    reasons: countReasons(refusals),
    ...(nearest && { nearest }),
    outcomes: outcomes.slice(0, OUTCOMES_KEPT),
  };
}

/** For people: `2 of 3 agents: cpus; 1 of 3 agents: attribute`, then the nearest fit. */
export function printExplanation({ agents, reasons, nearest }: Explanation): string {
  if (agents === 0) return 'no offers: no agent offers anything to this framework at present';
  const counts = reasons.map(({ code, agents: refusing }) => `${refusing} of ${agents} agents: ${code}`);
  if (nearest === undefined) return counts.join('; ');
  const short = nearest.short.map(({ stage, reason }) => `${stage}: ${reason}`);
  return [counts.join('; '), `nearest fit ${nearest.hostname} (${nearest.agentId}): ${short.join('; ')}`].join('\n');
}

function countReasons(refusals: readonly (readonly Outcome[])[]): ReasonCount[] {
  const counts = new Map<ReasonCode, number>();
  for (const leaves of refusals) {
    for (const code of new Set(leaves.flatMap((leaf) => leaf.code ?? [])))
      counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const reasons = [...counts].map(([code, agents]) => ({ code, agents }));
  return reasons.sort((a, b) => b.agents - a.agents || (a.code < b.code ? -1 : 1));
}

/** Fewest refusals first, then the smallest shortage. */
function nearestOf(places: readonly Place[], refusals: readonly (readonly Outcome[])[]): Explanation['nearest'] {
  const ranked = places.flatMap((place, at) => {
    const short = refusals[at] ?? [];
    const shortage = short.reduce((sum, leaf) => sum + shortageOf(leaf), 0);
    return short.length === 0 ? [] : [{ place, short, shortage }];
  });
  const [best] = ranked.sort((a, b) => a.short.length - b.short.length || a.shortage - b.shortage);
  return best && { agentId: best.place.agentId, hostname: best.place.hostname, short: best.short };
}
