import { ACCEPTED, type CallOutcome, refused } from '../../../common/call-outcome.js';
import { frameworkId } from '../../../common/ids.js';
import type { Link } from '../../../common/link.js';
import { mesos, type SchedulerCall, type SchedulerEvent } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { disconnectFramework } from '../../frameworks/disconnect-framework.js';
import type { SchedulerSession } from '../../ports.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import type { SchedulerStream } from '../../state/scheduler-stream.js';
import { validateCall } from '../../validation/call.js';
import { textOf } from '../../validation/reasons.js';
import { dispatch } from './dispatch.js';
import { subscribe } from './subscribe.js';

const { SUBSCRIBE } = mesos.v1.scheduler.Call.Type;

/** Serves one stream of a scheduler: checks who speaks, then hands the call to the file of its name. */
export function serveScheduler(context: MasterContext, link: Link<SchedulerEvent>): SchedulerSession {
  const stream: SchedulerStream = { link, open: true, frameworkId: undefined };
  return {
    received: (call) => receive(context, stream, call),
    closed: (reason) => {
      stream.open = false;
      const framework = stream.frameworkId && context.frameworks.live.get(stream.frameworkId);
      if (framework && speaksOver(framework, stream)) disconnectFramework(context, framework, reason);
    },
  };
}

function receive(context: MasterContext, stream: SchedulerStream, call: SchedulerCall): CallOutcome {
  const reasons = validateCall(call);
  if (reasons.length > 0) return refused(400, `Failed to validate scheduler::Call: ${textOf(reasons)}`);
  if (call.type === SUBSCRIBE) return receiveSubscribe(context, stream, call);
  const framework = context.frameworks.live.get(frameworkId(call.frameworkId?.value ?? ''));
  if (framework === undefined || framework.leaving) return refused(400, 'Framework cannot be found');
  if (!speaksOver(framework, stream)) return refused(403, 'Framework is not subscribed');
  return dispatch(context, framework, call);
}

/** A stream is of one framework; SUBSCRIBE again with its id is a repetition. */
function receiveSubscribe(context: MasterContext, stream: SchedulerStream, call: SchedulerCall): CallOutcome {
  const current = stream.frameworkId;
  if (current !== undefined && current !== call.frameworkId?.value) {
    return refused(400, `Cannot subscribe: the stream is of framework ${current} already`);
  }
  const underWay = current !== undefined && context.frameworks.subscribing.get(current) === stream;
  if (call.subscribe && !underWay) subscribe(context, stream, call.subscribe);
  return ACCEPTED;
}

function speaksOver({ connection }: FrameworkRow, { link }: SchedulerStream): boolean {
  return connection.kind === 'connected' && connection.link === link;
}
