import type { InstanceView } from './api.js';

/** Reasons that the message beside them does not tell, in words for people. */
const CAUSES: Readonly<Record<string, string>> = {
  REASON_MAX_COMPLETION_TIME_REACHED: 'the longest run time was reached',
  REASON_CONTAINER_LIMITATION: 'a limit of its container was reached',
  REASON_CONTAINER_LIMITATION_MEMORY: 'it used more memory than it had asked for',
  REASON_CONTAINER_LIMITATION_DISK: 'it used more disk than it had asked for',
  REASON_CONTAINER_PREEMPTED: 'its place was needed for something else',
  REASON_AGENT_REMOVED: 'its agent was removed',
  REASON_AGENT_REMOVED_BY_OPERATOR: 'an operator removed its agent',
  REASON_EXECUTOR_REGISTRATION_TIMEOUT: 'its executor did not register in time',
  REASON_EXECUTOR_REREGISTRATION_TIMEOUT: 'its executor did not register again in time',
};

/** Why an attempt ended as it did: the cause that the reason names, then the message; undefined when neither is known. */
export function describeEnding({ reason, message }: Pick<InstanceView, 'reason' | 'message'>): string | undefined {
  const cause = CAUSES[reason ?? ''];
  const known = [cause, message].filter((text) => text !== undefined && text !== '');
  return known.length === 0 ? undefined : known.join(': ');
}
