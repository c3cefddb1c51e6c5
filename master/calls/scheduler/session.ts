import { ACCEPTED, type CallOutcome, refused } from '../../../common/call-outcome.js';
import { frameworkId } from '../../../common/ids.js';
import type { Link } from '../../../common/link.js';
import { mesos, type SchedulerCall, type SchedulerEvent } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { disconnectFramework } from '../../frameworks/disconnect-framework.js';
import type { SchedulerSession } from '../../ports.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import { validateCall } from '../../validation/call.js';
import { textOf } from '../../validation/reasons.js';
import { dispatch } from './dispatch.js';
import { subscribe } from './subscribe.js';

const { SUBSCRIBE } = mesos.v1.scheduler.Call.Type;

/** Serves one stream of a scheduler: checks who speaks, then hands the call to the file of its name. */
export function serveScheduler(context: MasterContext, link: Link<SchedulerEvent>): SchedulerSession {
  return {
    received: (call) => receive(context, link, call),
    closed: (reason) => {
      const framework = frameworkOver(context, link);
      if (framework !== undefined) disconnectFramework(context, framework, reason);
    },
  };
}

function receive(context: MasterContext, link: Link<SchedulerEvent>, call: SchedulerCall): CallOutcome {
  const reasons = validateCall(call);
  if (reasons.length > 0) return refused(400, `Failed to validate scheduler::Call: ${textOf(reasons)}`);
  if (call.type === SUBSCRIBE) return receiveSubscribe(context, link, call);
  const framework = context.frameworks.live.get(frameworkId(call.frameworkId?.value ?? ''));
  if (framework === undefined) return refused(400, 'Framework cannot be found');
  if (!speaksOver(framework, link)) return refused(403, 'Framework is not subscribed');
  return dispatch(context, framework, call);
}

/** A stream is of one framework; SUBSCRIBE again with its id is a repetition. */
function receiveSubscribe(context: MasterContext, link: Link<SchedulerEvent>, call: SchedulerCall): CallOutcome {
  const current = frameworkOver(context, link);
  if (current !== undefined && current.id !== call.frameworkId?.value) {
    return refused(400, `Cannot subscribe: the stream is of framework ${current.id} already`);
  }
  if (call.subscribe) subscribe(context, link, call.subscribe);
  return ACCEPTED;
}

function frameworkOver({ frameworks }: MasterContext, link: Link<SchedulerEvent>): FrameworkRow | undefined {
  return [...frameworks.live.values()].find((framework) => speaksOver(framework, link));
}

function speaksOver({ connection }: FrameworkRow, link: Link<SchedulerEvent>): boolean {
  return connection.kind === 'connected' && connection.link === link;
}
