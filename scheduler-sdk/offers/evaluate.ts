import { toMilli } from '../../common/resources/amount.js';
import { printRanges } from '../../common/resources/ranges.js';
import { Resources } from '../../common/resources/resources.js';
import type { Offer } from '../../proto/index.js';
import { checkConstraint, type Surroundings } from './check-constraint.js';
import { type OfferView, viewsOf } from './offer-view.js';
import type { Outcome } from './outcome.js';
import type { Place } from './place.js';
import type { Needs } from './requirement.js';
import { edible, scalarMilli, takePorts, takeScalar } from './take.js';

/** What an evaluation looks at beside the offer; all optional. */
export interface EvaluationContext extends Partial<Surroundings> {
  /** Where to start choosing ports, a share of the free ones from 0 to less than 1. Default 0, the lowest. */
  readonly portStart?: number | undefined;
}

/** Whether an offer will do, and if so what of it to take. */
export type Evaluation =
  | {
      readonly kind: 'fits';
      readonly outcome: Outcome;
      /** With allocation and reservations as they are in the offer. */
      readonly resources: Resources;
      /** In the order of the wishes. */
      readonly ports: readonly number[];
    }
  | { readonly kind: 'refused'; readonly outcome: Outcome };

/** Whether an offer has what a task needs. Every stage speaks, so that all that is wrong is known at once. */
export function evaluate(needs: Needs, offer: Offer, context: EvaluationContext = {}): Evaluation {
  const [view] = viewsOf([offer]);
  // One offer always gives one view.
  return view ? evaluateView(needs, view, context) : { kind: 'refused', outcome: summary(offer.hostname, []) };
}

/** The same for what is left of an agent's offers. */
export function evaluateView(needs: Needs, view: OfferView, context: EvaluationContext): Evaluation {
  const stages = [checkRole, ...SCALARS.map(checkScalar), checkPorts];
  const found = stages.flatMap((stage) => stage(needs, view, context) ?? []);
  const around = { peers: context.peers ?? [], places: context.places ?? [view.place] };
  const rules = (needs.constraints ?? []).map((rule) => checkConstraint(rule, view.place, around));
  const outcome = summary(nameOf(view.place), [...found.map((stage) => stage.outcome), ...rules]);
  if (!outcome.passed) return { kind: 'refused', outcome };
  const resources = Resources.sum(found.map((stage) => stage.resources ?? Resources.EMPTY));
  return { kind: 'fits', outcome, resources, ports: found.flatMap((stage) => stage.ports ?? []) };
}

/** What a stage found and, where it passed, took. */
interface StageResult {
  readonly outcome: Outcome;
  readonly resources?: Resources;
  readonly ports?: readonly number[];
}

/** Undefined: the stage has nothing to look at. */
type Stage = (needs: Needs, view: OfferView, context: EvaluationContext) => StageResult | undefined;

const checkRole: Stage = ({ role }, view) => {
  if (role === undefined) return undefined;
  const passed = role === view.role;
  const reason = passed ? `offered to ${role}` : `offered to ${view.role}, ${role} is wanted`;
  return { outcome: passed ? { stage: 'role', passed, reason } : { stage: 'role', passed, code: 'role', reason } };
};

const SCALARS = [
  { name: 'cpus', unit: '' },
  { name: 'mem', unit: ' MiB' },
  { name: 'disk', unit: ' MiB' },
  { name: 'gpus', unit: '' },
] as const;

function checkScalar({ name, unit }: (typeof SCALARS)[number]): Stage {
  return (needs, view) => {
    const asked = needs[name] ?? 0;
    if (asked === 0) return undefined;
    const held = edible(view.held, needs.revocable ?? false);
    const resources = takeScalar(held, name, toMilli(asked));
    const amounts = {
      asked,
      held: scalarMilli(held, name) / 1000,
      total: scalarMilli(edible(view.total, needs.revocable ?? false), name) / 1000,
    };
    const reason = `${asked}${unit} asked, ${amounts.held}${unit} left of ${amounts.total}${unit} offered`;
    if (resources) return { outcome: { stage: name, passed: true, reason, ...amounts }, resources };
    return { outcome: { stage: name, passed: false, code: name, reason, ...amounts } };
  };
}

const checkPorts: Stage = ({ ports: wishes = [], revocable = false }, view, { portStart = 0 }) => {
  if (wishes.length === 0) return undefined;
  const held = edible(view.held, revocable);
  const taken = takePorts(held, wishes, portStart);
  const count = (from: Resources) => from.ports().reduce((sum, { begin, end }) => sum + end - begin + 1, 0);
  const amounts = { asked: wishes.length, held: count(held), total: count(edible(view.total, revocable)) };
  if (taken) {
    const reason = `${taken.ports.join(', ')} taken`;
    return { outcome: { stage: 'ports', passed: true, reason, ...amounts }, ...taken };
  }
  const reason = `${wishes.join(', ')} asked, ${printRanges(held.ports())} left`;
  return { outcome: { stage: 'ports', passed: false, code: 'ports', reason, ...amounts } };
};

function summary(stage: string, children: readonly Outcome[]): Outcome {
  const wrong = children.filter(({ passed }) => !passed).map((child) => child.stage);
  const passed = wrong.length === 0;
  return { stage, passed, reason: passed ? 'fits' : `does not fit: ${wrong.join(', ')}`, children };
}

function nameOf({ hostname, agentId }: Place): string {
  return `${hostname} (${agentId})`;
}
