import type { mesos } from '../../../proto/index.js';
import type { Verbosity } from '../../runtime/verbosity.js';

const NS_PER_MS = 1e6;

/** Carries out the call SET_LOGGING_LEVEL, which is the same for master and agent. */
export function setLoggingLevel(
  { level, duration }: mesos.v1.master.Call.SetLoggingLevel.$Properties,
  verbosity: Verbosity,
): void {
  verbosity.raise(level, duration.nanoseconds / NS_PER_MS);
}
