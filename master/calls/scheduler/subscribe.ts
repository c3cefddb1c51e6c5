import { type FrameworkId, frameworkId } from '../../../common/ids.js';
import type { Link } from '../../../common/link.js';
import { type FrameworkInfo, mesos, type SchedulerEvent } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { addFramework } from '../../frameworks/add-framework.js';
import { rolesOf } from '../../frameworks/capabilities.js';
import { changeFramework } from '../../frameworks/change-framework.js';
import { stopTimers } from '../../frameworks/failover-deadline.js';
import { startHeartbeats } from '../../frameworks/heartbeat.js';
import { discardOffer } from '../../offers/take-back.js';
import { saveFramework } from '../../registry/save-framework.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import { validateFramework } from '../../validation/framework.js';
import { validatePrincipal } from '../../validation/framework-update.js';
import { type Reasons, textOf } from '../../validation/reasons.js';
import { validateSuppressedRoles } from '../../validation/suppressed-roles.js';

type Subscribe = mesos.v1.scheduler.Call.Subscribe.$Properties;
type SchedulerLink = Link<SchedulerEvent>;
const { SUBSCRIBED, ERROR } = mesos.v1.scheduler.Event.Type;

/**
 * A framework subscribes: a new one, a known one whose scheduler is back or was replaced, or one with an id of its own
 * choice. What is wrong with it is told as an ERROR on the stream, which then ends.
 */
export function subscribe(context: MasterContext, link: SchedulerLink, call: Subscribe): void {
  const reasons = validate(context, call);
  if (reasons.length > 0) {
    refuse(context, link, textOf(reasons));
    return;
  }
  const { frameworkInfo, suppressedRoles } = call;
  const given = frameworkInfo.id?.value;
  const id = given ? frameworkId(given) : context.ids.nextFramework();
  const info = { ...frameworkInfo, id: { value: id } };
  const known = context.frameworks.live.get(id);
  if (known === undefined) subscribeNew(context, link, id, info, suppressedRoles ?? []);
  else subscribeKnown(context, known, link, info, suppressedRoles ?? []);
  context.requestAllocation();
}

function validate(context: MasterContext, { frameworkInfo, suppressedRoles }: Subscribe): Reasons {
  const { roles, rootSubmissions } = context.options;
  const isCompleted = (id: FrameworkId) => context.frameworks.completed.has(id);
  const known = context.frameworks.live.get(frameworkId(frameworkInfo.id?.value ?? ''));
  return [
    ...validateFramework(frameworkInfo, { roles, rootSubmissions, isCompleted }),
    ...validateSuppressedRoles(rolesOf(frameworkInfo), suppressedRoles ?? []),
    ...(known ? validatePrincipal(known.info, frameworkInfo) : []),
  ];
}

function refuse(context: MasterContext, link: SchedulerLink, message: string): void {
  context.log.warn('Framework refused', { message });
  link.send({ type: ERROR, error: { message } });
  link.close();
}

function subscribeNew(
  context: MasterContext,
  link: SchedulerLink,
  id: FrameworkId,
  info: FrameworkInfo,
  suppressedRoles: readonly string[],
): void {
  context.counters.count('messages_register_framework');
  const heartbeat = welcome(context, link, id);
  addFramework(context, id, info, suppressedRoles, { kind: 'connected', link, heartbeat });
  context.registrar.apply(saveFramework(id, info, undefined));
  context.log.info('Framework subscribed', { framework: id, name: info.name, roles: [...rolesOf(info)] });
}

function subscribeKnown(
  context: MasterContext,
  framework: FrameworkRow,
  link: SchedulerLink,
  next: FrameworkInfo,
  suppressedRoles: readonly string[],
): void {
  context.counters.count('messages_reregister_framework');
  const before = framework.connection;
  // The original keeps both as they were: running tasks were started by them.
  const { user, checkpoint } = framework.info;
  const info = { ...next, user, checkpoint: checkpoint ?? null };
  if (before.kind === 'connected' && before.link !== link) {
    before.link.send({ type: ERROR, error: { message: 'Framework failed over' } });
    before.link.close();
  }
  // The scheduler may be another process, which never saw these.
  for (const offer of [...framework.offers]) discardOffer(context, offer);
  stopTimers(framework);
  framework.connection = { kind: 'connected', link, heartbeat: welcome(context, link, framework.id) };
  framework.reregisteredWallMs = context.clock.wallMs();
  changeFramework(context, framework, info, suppressedRoles);
  if (before.kind !== 'connected') context.allocator.activateFramework(framework.id);
  context.registrar.apply(saveFramework(framework.id, info, undefined));
  context.log.info('Framework subscribed again', { framework: framework.id, name: info.name, was: before.kind });
}

/** SUBSCRIBED, and a HEARTBEAT at once, for readers that see an event only when the next one arrives. */
function welcome(context: MasterContext, link: SchedulerLink, id: FrameworkId) {
  const { heartbeatIntervalMs } = context.options;
  link.send({
    type: SUBSCRIBED,
    subscribed: {
      frameworkId: { value: id },
      heartbeatIntervalSeconds: heartbeatIntervalMs / 1000,
      masterInfo: context.info,
    },
  });
  return startHeartbeats(context.clock, link, heartbeatIntervalMs);
}
