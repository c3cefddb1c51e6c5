import { type FrameworkId, frameworkId } from '../../../common/ids.js';
import type { Link } from '../../../common/link.js';
import { type FrameworkInfo, mesos, type SchedulerEvent } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { addFramework } from '../../frameworks/add-framework.js';
import { rolesOf } from '../../frameworks/capabilities.js';
import { changeFramework } from '../../frameworks/change-framework.js';
import { startHeartbeats } from '../../frameworks/heartbeat.js';
import { keepFramework } from '../../frameworks/keep-framework.js';
import { stopTimers } from '../../frameworks/stop-timers.js';
import { discardOffer } from '../../offers/take-back.js';
import { forgetFrameworks } from '../../registry/forget-frameworks.js';
import { saveFramework } from '../../registry/save-framework.js';
import { FrameworkActivity } from '../../state/framework-activity.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import type { SchedulerStream } from '../../state/scheduler-stream.js';
import { REMOVED, validateFramework } from '../../validation/framework.js';
import { validatePrincipal } from '../../validation/framework-update.js';
import { type Reasons, textOf } from '../../validation/reasons.js';
import { validateConstrainedRoles, validateSuppressedRoles } from '../../validation/subscribed-roles.js';

type Subscribe = mesos.v1.scheduler.Call.Subscribe.$Properties;
type SchedulerLink = Link<SchedulerEvent>;
const { SUBSCRIBED, ERROR } = mesos.v1.scheduler.Event.Type;

/**
 * A framework subscribes: a new one, a known one whose scheduler is back or was replaced, or one with an id of its own
 * choice. What is wrong with it is told as an ERROR on the stream, which then ends.
 *
 * SUBSCRIBED is sent once the framework is durable: whatever a scheduler was told, it finds again after a failover of
 * the master, with its deadline, its user and its principal.
 */
export function subscribe(context: MasterContext, stream: SchedulerStream, call: Subscribe): void {
  const reasons = validate(context, call);
  if (reasons.length > 0) {
    refuse(context, stream.link, textOf(reasons));
    return;
  }
  const given = call.frameworkInfo.id?.value;
  const id = given ? frameworkId(given) : context.ids.nextFramework();
  const known = context.frameworks.live.get(id);
  context.counters.count(known ? 'messages_reregister_framework' : 'messages_register_framework');
  if (known?.leaving) {
    refuseRemoved(context, stream);
    return;
  }
  if (call.offerConstraints) {
    // Such offers would be declined anyway; they cost the framework only the look.
    context.log.warn('Offer constraints are not applied', { framework: id });
  }
  const rival = context.frameworks.subscribing.get(id);
  if (rival !== undefined && rival !== stream) failOver(rival.link);
  stream.frameworkId = id;
  context.frameworks.subscribing.set(id, stream);
  const info = infoOf(known, id, call.frameworkInfo);
  const before = known && { info: known.info, connection: known.connection };
  context.registrar.apply(saveFramework(id, info, undefined), () => durable(context, stream, id, call, before));
}

function validate(context: MasterContext, { frameworkInfo, suppressedRoles, offerConstraints }: Subscribe): Reasons {
  const { roles, rootSubmissions } = context.options;
  const isCompleted = (id: FrameworkId) => context.frameworks.completed.has(id);
  const known = context.frameworks.live.get(frameworkId(frameworkInfo.id?.value ?? ''));
  return [
    ...validateFramework(frameworkInfo, { roles, rootSubmissions, isCompleted }),
    ...validateSuppressedRoles(rolesOf(frameworkInfo), suppressedRoles ?? []),
    ...validateConstrainedRoles(rolesOf(frameworkInfo), offerConstraints),
    ...(known ? validatePrincipal(known.info, frameworkInfo) : []),
  ];
}

/** The registry has the framework as connected. Much may have happened meanwhile. */
function durable(
  context: MasterContext,
  stream: SchedulerStream,
  id: FrameworkId,
  { frameworkInfo, suppressedRoles }: Subscribe,
  before: Pick<FrameworkRow, 'info' | 'connection'> | undefined,
): void {
  if (context.frameworks.subscribing.get(id) !== stream) return; // a newer stream has written its own
  context.frameworks.subscribing.delete(id);
  const known = context.frameworks.live.get(id);
  if (known?.leaving) {
    refuseRemoved(context, stream);
    return;
  }
  if (!stream.open) {
    // It never heard that it had subscribed. What is written must be true again.
    if (known) keepFramework(context, known);
    else context.registrar.apply(forgetFrameworks([id]));
    return;
  }
  const info = infoOf(known, id, frameworkInfo);
  if (known === undefined) {
    enter(context, stream, id, info, suppressedRoles ?? []);
  } else {
    const overwritten = known.info !== before?.info || known.connection !== before.connection;
    resume(context, known, stream, info, suppressedRoles ?? []);
    if (overwritten) keepFramework(context, known);
  }
  context.requestAllocation();
}

/** The original keeps user and checkpoint as they were: running tasks were started by them. */
function infoOf(known: FrameworkRow | undefined, id: FrameworkId, next: FrameworkInfo): FrameworkInfo {
  if (known === undefined) return { ...next, id: { value: id } };
  const { user, checkpoint } = known.info;
  return { ...next, id: { value: id }, user, checkpoint: checkpoint ?? null };
}

function refuse(context: MasterContext, link: SchedulerLink, message: string): void {
  context.log.warn('Framework refused', { message });
  link.send({ type: ERROR, error: { message } });
  link.close();
}

/** The refusal is taken as the proof that the framework is gone, so it waits until that is durable. */
function refuseRemoved(context: MasterContext, { link }: SchedulerStream): void {
  context.registrar.afterAll(() => refuse(context, link, REMOVED));
}

/** Tells an older stream that another one took its place. */
function failOver(link: SchedulerLink): void {
  link.send({ type: ERROR, error: { message: 'Framework failed over' } });
  link.close();
}

function enter(
  context: MasterContext,
  { link }: SchedulerStream,
  id: FrameworkId,
  info: FrameworkInfo,
  suppressedRoles: readonly string[],
): void {
  const activity = new FrameworkActivity();
  const heartbeat = welcome(context, activity, link, id);
  addFramework(context, id, info, suppressedRoles, { kind: 'connected', link, heartbeat }, activity);
  context.log.info('Framework subscribed', { framework: id, name: info.name, roles: [...rolesOf(info)] });
}

function resume(
  context: MasterContext,
  framework: FrameworkRow,
  { link }: SchedulerStream,
  info: FrameworkInfo,
  suppressedRoles: readonly string[],
): void {
  const before = framework.connection;
  if (before.kind === 'connected' && before.link !== link) failOver(before.link);
  // The scheduler may be another process, which never saw these.
  for (const offer of [...framework.offers]) discardOffer(context, offer);
  stopTimers(framework);
  const heartbeat = welcome(context, framework.activity, link, framework.id);
  framework.connection = { kind: 'connected', link, heartbeat };
  framework.reregisteredWallMs = context.clock.wallMs();
  changeFramework(context, framework, info, suppressedRoles);
  if (before.kind !== 'connected') context.allocator.activateFramework(framework.id);
  context.log.info('Framework subscribed again', { framework: framework.id, name: info.name, was: before.kind });
}

/** SUBSCRIBED, and a HEARTBEAT at once, for readers that see an event only when the next one arrives. */
function welcome(context: MasterContext, activity: FrameworkActivity, stream: SchedulerLink, id: FrameworkId) {
  activity.call(mesos.v1.scheduler.Call.Type.SUBSCRIBE);
  const link = activity.counting(stream);
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
