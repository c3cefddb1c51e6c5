import type { Offer } from '../../proto/index.js';
import { match, type Outcome, type Place, type Explanation as Refusals } from '../../scheduler-sdk/index.js';
import type { Explanation } from './cli/api.js';
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

/** Why a job, or one instance of it, is not placed. `connected`: whether a master is heard at all. */
export function explainJob(
  subject: string,
  job: Job,
  instance: Instance | undefined,
  offers: readonly Offer[],
  connected: boolean,
): Explanation {
  const waiting = instance ?? job.instances.find(({ state }) => state === 'waiting');
  const nothing = { subject, agentsSeen: offers.length, reasons: [] };
  if (waiting === undefined || waiting.state !== 'waiting')
    return { ...nothing, placed: true, summary: placedSummary(job, waiting) };
  if (!connected) return { ...nothing, placed: false, summary: 'the jobs framework is not connected to a master' };
  const requirement = requirementOf(job, taskIdOf(job.id, waiting.index, waiting.attempt + 1), needsOf(job.submission));
  const { unplaced } = match([requirement], offers, { peers: new Map([[job.id, peersOf(job)]]) });
  const found = unplaced[0];
  if (offers.length === 0)
    return {
      ...nothing,
      placed: false,
      summary: 'no agent has been offered: none is registered, or others hold all there is',
    };
  if (found === undefined)
    return { ...nothing, placed: false, summary: 'an agent that was offered earlier fits; waiting for its next offer' };
  return {
    subject,
    placed: false,
    summary: summaryOf(found),
    agentsSeen: found.agents,
    reasons: found.reasons.map(({ code, agents }) => ({ reason: code, agents, detail: REASONS[code] ?? '' })),
    ...(found.nearest === undefined
      ? {}
      : {
          nearest: {
            host: found.nearest.hostname,
            agentId: found.nearest.agentId,
            short: found.nearest.short.map(printShortage),
          },
        }),
  };
}

function placedSummary(job: Job, instance: Instance | undefined): string {
  if (instance === undefined) return `nothing waits: the job is ${stateOfJob(job)}`;
  const where = instance.place === undefined ? '' : ` on ${instance.place.hostname}`;
  const why = instance.message === undefined ? '' : `: ${instance.message}`;
  return isActive(instance)
    ? `placed${where}, ${instance.taskState ?? instance.state}`
    : `${instance.state}${where}${why}`;
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
