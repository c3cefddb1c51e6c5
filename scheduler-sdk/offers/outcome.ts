/** What a refusal is about; explanations count agents by it. */
export type ReasonCode =
  | 'role'
  | 'cpus'
  | 'mem'
  | 'disk'
  | 'gpus'
  | 'ports'
  | 'attribute' // the agent's attributes or host are not what is wanted
  | 'spread'; // too many, or too few, of the same group are there already

/**
 * What one stage of an evaluation found, or what all of them together did. Plain data: it prints as text
 * (`printOutcome`) and travels as JSON.
 */
export interface Outcome {
  /** Names what was looked at: `cpus`, `ports`, `rack like r1`. */
  readonly stage: string;
  readonly passed: boolean;
  /** Present on a refusal, not on the root. */
  readonly code?: ReasonCode;
  /** A sentence without a period. */
  readonly reason: string;
  /** How much was asked for, is left in the offer, and the offer held at first; in the resource's unit. */
  readonly asked?: number;
  readonly held?: number;
  readonly total?: number;
  readonly children?: readonly Outcome[];
}

/** The leaves that refused. */
export function refusalsOf(outcome: Outcome): Outcome[] {
  if (outcome.passed) return [];
  const children = outcome.children ?? [];
  return children.length === 0 ? [outcome] : children.flatMap(refusalsOf);
}

/** How far a leaf is from passing: the missing share of what was asked, or 1 where there is no amount. */
export function shortageOf({ passed, asked, held }: Outcome): number {
  if (passed) return 0;
  if (asked === undefined || held === undefined || asked <= 0) return 1;
  return Math.min(1, Math.max(0, (asked - held) / asked));
}

/** The tree, a line each, children indented by two spaces. */
export function printOutcome(outcome: Outcome, depth = 0): string {
  const line = `${'  '.repeat(depth)}${outcome.passed ? 'pass' : 'FAIL'}  ${outcome.stage}: ${outcome.reason}`;
  return [line, ...(outcome.children ?? []).map((child) => printOutcome(child, depth + 1))].join('\n');
}
