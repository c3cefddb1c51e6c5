import { printResource } from '../../common/resources/print.js';
import { Resources } from '../../common/resources/resources.js';
import type { AgentInfo, Attribute, Resource } from '../../proto/index.js';

/** Something of the agent that is not what it was. */
interface Difference {
  readonly what: string;
  readonly was: string;
  readonly is: string;
  /** Whether it only adds to what was. */
  readonly additive: boolean;
}

/**
 * Why an agent that was `before` may not come back as `now` under its policy; undefined when it may. `equal` wants
 * everything as it was; `additive` allows more resources, further attributes, and a domain where none was.
 */
export function reconfigurationProblem(
  before: AgentInfo,
  now: AgentInfo,
  policy: 'equal' | 'additive',
): string | undefined {
  const differences = differencesOf(before, now).filter(({ additive }) => policy === 'equal' || !additive);
  if (differences.length === 0) return undefined;
  const listed = differences.map(({ what, was, is }) => `${what} was "${was}", is "${is}"`).join('; ');
  const additiveHelps = policy === 'equal' && differences.every(({ additive }) => additive);
  const remedies = [
    'start it as it was',
    ...(additiveHelps ? ['allow additions with --reconfiguration_policy=additive'] : []),
    'or end its tasks and start it as a new agent: run it once with --recover=cleanup, then as usual',
  ];
  return `Cannot recover agent ${before.id?.value}: ${listed}, which --reconfiguration_policy=${policy} does not allow; ${remedies.join(', ')}`;
}

function differencesOf(before: AgentInfo, now: AgentInfo): Difference[] {
  const fixed: [string, string, string][] = [
    ['hostname', before.hostname, now.hostname],
    ['port', String(before.port ?? 5051), String(now.port ?? 5051)],
  ];
  const domain: [string, string] = [printDomain(before), printDomain(now)];
  return [
    ...fixed.filter(([, was, is]) => was !== is).map(([what, was, is]) => ({ what, was, is, additive: false })),
    ...(domain[0] === domain[1] ? [] : [{ what: 'domain', was: domain[0], is: domain[1], additive: domain[0] === '' }]),
    ...resourceDifference(before.resources ?? [], now.resources ?? []),
    ...attributeDifference(before.attributes ?? [], now.attributes ?? []),
  ];
}

function resourceDifference(before: readonly Resource[], now: readonly Resource[]): Difference[] {
  const [was, is] = [Resources.fromWire(before), Resources.fromWire(now)];
  if (was.equals(is)) return [];
  return [{ what: 'resources', was: printAll(before), is: printAll(now), additive: is.contains(was) }];
}

const printAll = (resources: readonly Resource[]) => resources.map(printResource).join('; ');

function attributeDifference(before: readonly Attribute[], now: readonly Attribute[]): Difference[] {
  const [was, is] = [before.map(printAttribute).sort(), now.map(printAttribute).sort()];
  if (was.join(';') === is.join(';')) return [];
  const additive = was.every((attribute) => is.includes(attribute));
  return [{ what: 'attributes', was: was.join(';'), is: is.join(';'), additive }];
}

function printAttribute({ name, scalar, ranges, text, set }: Attribute): string {
  const spans = (ranges?.range ?? []).map(({ begin, end }) => `${begin}-${end}`);
  const value =
    text?.value ?? scalar?.value ?? (ranges ? `[${spans.join(', ')}]` : `{${(set?.item ?? []).join(', ')}}`);
  return `${name}:${value}`;
}

function printDomain({ domain }: AgentInfo): string {
  const fault = domain?.faultDomain;
  return fault ? `${fault.region.name}/${fault.zone.name}` : '';
}
