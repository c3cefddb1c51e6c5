import type { Link } from '../../common/link.js';
import type { Clock, Timer } from '../../common/runtime/clock.js';
import { mesos, type SchedulerEvent } from '../../proto/index.js';

const HEARTBEAT: SchedulerEvent = Object.freeze({ type: mesos.v1.scheduler.Event.Type.HEARTBEAT });

/** Sends a HEARTBEAT now and then every `intervalMs`, so that either side notices a dead stream. */
export function startHeartbeats(clock: Clock, link: Link<SchedulerEvent>, intervalMs: number): Timer {
  let timer: Timer;
  const beat = () => {
    link.send(HEARTBEAT);
    timer = clock.after(intervalMs, beat);
  };
  beat();
  return { cancel: () => timer.cancel() };
}
