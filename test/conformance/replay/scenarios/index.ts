import type { Scenario } from '../scenario.js';
import { declineReviveSuppress } from './decline-revive-suppress.js';
import { executor } from './executor.js';
import { healthCheck } from './health-check.js';
import { invalidLaunches } from './invalid-launches.js';
import { kill } from './kill.js';
import { launchGroups } from './launch-group.js';
import { nested } from './nested.js';
import { protobufOut } from './protobuf-out.js';
import { reconcile } from './reconcile.js';
import { resubscribe } from './resubscribe.js';
import { schedulerErrors } from './scheduler-errors.js';
import { subscribe } from './subscribe.js';
import { taskLifecycle } from './task-lifecycle.js';

/** Every scenario by the name of its transcript, in the order in which they are run. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  subscribe,
  task_lifecycle: taskLifecycle,
  kill,
  invalid_launches: invalidLaunches,
  decline_revive_suppress: declineReviveSuppress,
  reconcile,
  launch_group: launchGroups,
  scheduler_errors: schedulerErrors,
  resubscribe,
  executor,
  health_check: healthCheck,
  nested,
  protobuf_out: protobufOut,
};
