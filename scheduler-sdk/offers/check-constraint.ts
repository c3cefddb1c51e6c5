import { type Constraint, printConstraint } from './constraint.js';
import type { Outcome, ReasonCode } from './outcome.js';
import { attributeOf, type Place } from './place.js';

/** What constraints look at beside the place itself. */
export interface Surroundings {
  /** Where the group's other tasks stand. */
  readonly peers: readonly Place[];
  /** Every place that is on offer, to learn which values exist. */
  readonly places: readonly Place[];
}

/** Whether a task may stand at `place`. */
export function checkConstraint(constraint: Constraint, place: Place, around: Surroundings): Outcome {
  const stage = printConstraint(constraint);
  const value = attributeOf(place, constraint.attribute);
  const code: ReasonCode = isAboutPeers(constraint) ? 'spread' : 'attribute';
  if (value === undefined) {
    const reason = `the agent has no ${constraint.attribute}`;
    return constraint.kind === 'unlike' ? { stage, passed: true, reason } : { stage, passed: false, code, reason };
  }
  const problem = problemOf(constraint, value, around);
  if (problem === undefined) return { stage, passed: true, reason: `${constraint.attribute} is ${value}` };
  return { stage, passed: false, code, ...problem };
}

type Problem = Pick<Outcome, 'reason' | 'asked' | 'held'>;

function problemOf(constraint: Constraint, value: string, around: Surroundings): Problem | undefined {
  const { attribute } = constraint;
  switch (constraint.kind) {
    case 'is':
      if (value === constraint.value) return undefined;
      return { reason: `${attribute} is ${value}, ${constraint.value} is wanted` };
    case 'like':
      if (matches(constraint.pattern, value)) return undefined;
      return { reason: `${attribute} is ${value}, something like ${constraint.pattern} is wanted` };
    case 'unlike':
      if (!matches(constraint.pattern, value)) return undefined;
      return { reason: `${attribute} is ${value}, nothing like ${constraint.pattern} is wanted` };
    case 'cluster': {
      const values = countsOf(around.peers, attribute);
      if (values.size === 0 || values.has(value)) return undefined;
      return { reason: `${attribute} is ${value}, the others are on ${[...values.keys()].join(', ')}` };
    }
    case 'unique':
      return crowded(around, attribute, value, 1);
    case 'max-per':
      return crowded(around, attribute, value, constraint.most);
    case 'group-by':
      return uneven(around, attribute, value, constraint.groups);
  }
}

function crowded({ peers }: Surroundings, attribute: string, value: string, most: number): Problem | undefined {
  const there = countsOf(peers, attribute).get(value) ?? 0;
  if (there < most) return undefined;
  return { reason: `${there} of the group on ${attribute} ${value} already, at most ${most} is wanted` };
}

function uneven(around: Surroundings, attribute: string, value: string, groups = 0): Problem | undefined {
  const counts = countsOf(around.peers, attribute);
  const values = new Set([...counts.keys(), ...countsOf(around.places, attribute).keys()]);
  const least = values.size < groups ? 0 : Math.min(...[...values].map((each) => counts.get(each) ?? 0));
  const there = counts.get(value) ?? 0;
  if (there <= least) return undefined;
  return { reason: `${there} of the group on ${attribute} ${value}, only ${least} elsewhere` };
}

function countsOf(places: readonly Place[], attribute: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const place of places) {
    const value = attributeOf(place, attribute);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

function isAboutPeers({ kind }: Constraint): boolean {
  return kind === 'cluster' || kind === 'unique' || kind === 'max-per' || kind === 'group-by';
}

function matches(pattern: string, value: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(value);
}
