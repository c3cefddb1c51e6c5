import type { AgentId, FrameworkId, TaskId } from '../../common/ids.js';
import type { Link } from '../../common/link.js';
import type { Timer } from '../../common/runtime/clock.js';
import type { FrameworkInfo, SchedulerEvent } from '../../proto/index.js';
import type { FrameworkActivity } from './framework-activity.js';
import type { OfferRow } from './offers.js';
import type { SchedulerStream } from './scheduler-stream.js';
import type { TaskRow } from './tasks.js';

/**
 * Whether a framework's scheduler is there. Instants are of `Clock.wallMs`.
 *
 *     (subscribe, once durable) -> connected <-> disconnected -> (torn down: the row becomes a `CompletedFramework`)
 *     (failover of the master) -> recovered -> connected
 */
export type FrameworkConnection =
  | { readonly kind: 'connected'; readonly link: Link<SchedulerEvent>; readonly heartbeat: Timer }
  | { readonly kind: 'disconnected'; readonly sinceWallMs: number; readonly deadline: Deadline }
  /** Known from the registry or from an agent, not subscribed since this master started. */
  | { readonly kind: 'recovered'; readonly deadline: Deadline };

/** When a framework is torn down unless its scheduler returns; `wallMs` is of `Clock.wallMs`. */
export interface Deadline extends Timer {
  readonly wallMs: number;
}

/** A framework that has not been torn down. */
export interface FrameworkRow {
  readonly id: FrameworkId;
  /** With its id filled in. */
  info: FrameworkInfo;
  /** Roles it subscribes to: `roles` with MULTI_ROLE, else `role`. */
  roles: ReadonlySet<string>;
  suppressedRoles: Set<string>;
  connection: FrameworkConnection;
  readonly registeredWallMs: number;
  reregisteredWallMs: number | undefined;
  /** Not yet acknowledged to the end, terminal ones included. */
  readonly tasks: Map<TaskId, TaskRow>;
  readonly offers: Set<OfferRow>;
  /** Last seen on agents that are unreachable now; bounded, oldest dropped first. */
  readonly unreachableTasks: Map<TaskId, TaskRow>;
  /** Ended and acknowledged; bounded, oldest dropped first. */
  readonly completedTasks: TaskRow[];
  /** Agents that run, or ran, something of it and must hear of its end. */
  readonly agents: Set<AgentId>;
  /** What was said between it and the master. */
  readonly activity: FrameworkActivity;
  /** Its end is being written to the registry; nothing new is started for it. */
  leaving: boolean;
}

/** A framework that was torn down: what the read endpoints still show of it. */
export interface CompletedFramework {
  readonly id: FrameworkId;
  readonly info: FrameworkInfo;
  readonly registeredWallMs: number;
  readonly unregisteredWallMs: number;
  readonly completedTasks: readonly TaskRow[];
  /** Absent for one that was torn down under an earlier master. */
  readonly activity?: FrameworkActivity;
}

/** Live and completed frameworks; an id is in at most one of the two. */
export class FrameworkTable {
  readonly live = new Map<FrameworkId, FrameworkRow>();
  /** Bounded, oldest dropped first. */
  readonly completed = new Map<FrameworkId, CompletedFramework>();
  /** Streams over which frameworks subscribe while that is made durable; the newest of each counts. */
  readonly subscribing = new Map<FrameworkId, SchedulerStream>();
}

/** Sends an event; dropped when no scheduler is there. */
export function sendToFramework(framework: FrameworkRow, event: SchedulerEvent): void {
  if (framework.connection.kind !== 'connected') return;
  framework.activity.event(event);
  framework.connection.link.send(event);
}
