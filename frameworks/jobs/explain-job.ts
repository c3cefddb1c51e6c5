import type { Offer } from '../../proto/index.js';
import { match, type Outcome, type Place, type Explanation as Refusals } from '../../scheduler-sdk/index.js';
import type { Explanation } from './cli/api.js';
import { describeEnding } from './cli/describe-ending.js';
import { type Instance, isActive, type Job, stateOfJob, taskIdOf } from './job.js';
import { needsOf, requirementOf } from './launch.js';

/** What the explanation of one reason says to people, by the SDK's code for it. */
const REASONS: Readonly<Record<string, string>> = {
  role: 'offered to another role',
  cpus: 'not enough cpus',
  mem: 'not enough mem',
  disk: 'not enough disk',
  gpus: 'not enough gpus',
  ports: 'not enough ports',
  attribute: 'attributes or host do not fit the constraints',
  spread: 'the constraints allow no more of this job there',
};

/** What an explanation is drawn from beside the job. */
interface World {
  /** What each agent had left when it was last heard of. */
  readonly offers: readonly Offer[];
  /** Whether a master is heard at all. */
  readonly connected: boolean;
  readonly wallMs: number;
}

/** Why a job, or one instance of it, is not placed. */
export function explainJob(subject: string, job: Job, instance: Instance | undefined, world: World): Explanation {
  const waiting = instance ?? firstWaiting(job, world.wallMs);
  if (waiting === undefined || waiting.state !== 'waiting') {
    const summary = placedSummary(job, waiting);
    return { subject, placed: true, summary, agentsSeen: world.offers.length, reasons: [] };
  }
  const why = { subject, placed: false, agentsSeen: world.offers.length, reasons: [], ...refusal(job, waiting, world) };
  const { waiting: waits = 0 } = job.counts;
  const placed = job.instances.length - waits;
  if (instance !== undefined || placed === 0) return why;
  const { length } = job.instances;
  const summary = `${placed} of ${length} placed, ${waits} ${waits === 1 ? 'waits' : 'wait'}: ${why.summary}`;
  return { ...why, summary, instances: { placed, waiting: waits } };
}

/** One that may be placed now says more than one that is not to be tried yet. */
function firstWaiting({ instances }: Job, wallMs: number): Instance | undefined {
  const waiting = instances.filter(({ state }) => state === 'waiting');
  return waiting.find(({ nextTryAtMs = 0 }) => nextTryAtMs <= wallMs) ?? waiting[0];
}

type Refusal = Pick<Explanation, 'summary'> & Partial<Pick<Explanation, 'agentsSeen' | 'reasons' | 'nearest'>>;

function refusal(job: Job, waiting: Instance, { offers, connected, wallMs }: World): Refusal {
  if (!connected) return { summary: 'the jobs framework is not connected to a master' };
  const ending = waiting.attempt === 0 ? undefined : describeEnding(waiting);
  const waitMs = (waiting.nextTryAtMs ?? 0) - wallMs;
  if (waitMs > 0)
    return { summary: `next try in ${Math.ceil(waitMs / 1_000)} s${ending === undefined ? '' : `: ${ending}`}` };
  const before = ending === undefined ? '' : `; the attempt before it ended: ${ending}`;
  if (offers.length === 0)
    return { summary: `no agent has been offered: none is registered, or others hold all there is${before}` };
  const requirement = requirementOf(job, taskIdOf(job.id, waiting.index, waiting.attempt + 1), needsOf(job.submission));
  const { unplaced } = match([requirement], offers, { peers: new Map([[job.id, peersOf(job)]]) });
  const [found] = unplaced;
  if (found === undefined)
    return { summary: `an agent that was offered earlier fits; waiting for its next offer${before}` };
  return {
    summary: summaryOf(found),
    agentsSeen: found.agents,
    reasons: found.reasons.map(({ code, agents }) => ({ reason: code, agents, detail: REASONS[code] ?? '' })),
    ...(found.nearest === undefined ? {} : { nearest: nearestOf(found.nearest) }),
  };
}

function nearestOf({ hostname, agentId, short }: NonNullable<Refusals['nearest']>): Explanation['nearest'] {
  return { host: hostname, agentId, short: short.map(printShortage) };
}

function placedSummary(job: Job, instance: Instance | undefined): string {
  if (instance === undefined) return `nothing waits: the job is ${stateOfJob(job)}${firstMisfortune(job)}`;
  const where = instance.place === undefined ? '' : ` on ${instance.place.hostname}`;
  const ending = describeEnding(instance);
  const why = ending === undefined ? '' : `: ${ending}`;
  return isActive(instance)
    ? `placed${where}, ${instance.taskState ?? instance.state}`
    : `${instance.state}${where}${why}`;
}

/** How the first instance that did not finish ended. */
function firstMisfortune({ id, instances }: Job): string {
  const failing = instances.find(({ state }) => state === 'failed' || state === 'lost');
  const ending = failing && describeEnding(failing);
  return ending === undefined ? '' : `; ${failing?.taskId ?? id}: ${ending}`;
}

function summaryOf({ agents, reasons, nearest }: Refusals): string {
  const counts = reasons.map(({ code, agents: refusing }) => `${refusing} ${REASONS[code] ?? code}`).join(', ');
  const near =
    nearest === undefined ? '' : `; nearest ${nearest.hostname}: ${nearest.short.map(printShortage).join(', ')}`;
  return `no agent fits: of ${agents}, ${counts}${near}`;
}

const printShortage = ({ stage, reason }: Outcome): string => `${stage}: ${reason}`;

/** Places of an instance's live peers, for constraints that count them. */
export function peersOf(job: Job): Place[] {
  return job.instances.flatMap((instance) =>
    instance.place !== undefined && isActive(instance) ? [instance.place] : [],
  );
}
