import type { KillPolicy, mesos } from '../../proto/index.js';
import { type Reasons, reasonIf } from './reasons.js';

type DurationInfo = mesos.v1.DurationInfo.$Properties;

/** A grace period may be absent or 0, but not negative. */
export function validateKillPolicy(policy: KillPolicy | null | undefined): Reasons {
  const negative = (policy?.gracePeriod?.nanoseconds ?? 0) < 0;
  return reasonIf(negative, "Task's 'kill_policy.grace_period' must be non-negative");
}

/** A time limit may be absent or 0, but not negative. */
export function validateMaxCompletionTime(time: DurationInfo | null | undefined): Reasons {
  return reasonIf((time?.nanoseconds ?? 0) < 0, "Task's `max_completion_time` must be non-negative");
}
