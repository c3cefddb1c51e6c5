import type { TaskInfo } from '../../proto/index.js';
import { FINE, type Reasons, reasonIf } from './reasons.js';

/** Limits of a task may exceed its resources, never undercut them; Infinity means none. */
export function validateLimits({ limits, resources }: TaskInfo, agentTakesLimits: boolean): Reasons {
  const names = Object.keys(limits ?? {});
  if (names.length === 0) return FINE;
  if (!agentTakesLimits) return ['Agent is not capable of handling task resource limits'];
  const requested = (name: string) =>
    (resources ?? []).filter((each) => each.name === name).reduce((sum, { scalar }) => sum + (scalar?.value ?? 0), 0);
  const only = names.every((name) => name === 'cpus' || name === 'mem');
  return [
    ...reasonIf(!only, "Only cpus and mem may be included in a task's resource limits"),
    ...validateLimit('CPU', 'cpu', limits?.['cpus']?.value, requested('cpus')),
    ...validateLimit('memory', 'memory', limits?.['mem']?.value, requested('mem')),
  ];
}

function validateLimit(title: string, name: string, limit: number | undefined, request: number): Reasons {
  if (limit === undefined) return FINE;
  if (request === 0) return [`When a ${title} limit is specified, a ${title} request must also be specified`];
  return reasonIf(!(limit >= request), `The ${name} limit must be greater than or equal to the ${name} request`);
}
