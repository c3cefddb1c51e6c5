import { ACCEPTED, type CallOutcome, refused } from '../../../common/call-outcome.js';
import { mesos, type SchedulerCall } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { tearDown } from '../../frameworks/tear-down.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import { accept } from './accept.js';
import { acknowledge } from './acknowledge.js';
import { decline } from './decline.js';
import { kill } from './kill.js';
import { message } from './message.js';
import { reconcile } from './reconcile.js';
import { revive } from './revive.js';
import { shutdown } from './shutdown.js';
import { suppress } from './suppress.js';
import { updateFramework } from './update-framework.js';

const { Type } = mesos.v1.scheduler.Call;

/** Hands a call of a subscribed framework, whose form is right, to the file of its name. */
export function dispatch(context: MasterContext, framework: FrameworkRow, call: SchedulerCall): CallOutcome {
  framework.activity.call(call.type ?? Type.UNKNOWN);
  switch (call.type) {
    case Type.TEARDOWN:
      context.counters.count('messages_unregister_framework');
      tearDown(context, framework);
      return ACCEPTED;
    case Type.ACCEPT:
      return call.accept ? accept(context, framework, call.accept) : ACCEPTED;
    case Type.DECLINE:
      return call.decline ? decline(context, framework, call.decline) : ACCEPTED;
    case Type.REVIVE:
      return revive(context, framework, call.revive?.roles ?? []);
    case Type.SUPPRESS:
      return suppress(context, framework, call.suppress?.roles ?? []);
    case Type.KILL:
      return call.kill ? kill(context, framework, call.kill) : ACCEPTED;
    case Type.SHUTDOWN:
      return call.shutdown ? shutdown(context, framework, call.shutdown) : ACCEPTED;
    case Type.ACKNOWLEDGE:
      return call.acknowledge ? acknowledge(context, framework, call.acknowledge) : ACCEPTED;
    case Type.RECONCILE:
      return reconcile(context, framework, call.reconcile?.tasks ?? []);
    case Type.MESSAGE:
      return call.message ? message(context, framework, call.message) : ACCEPTED;
    case Type.UPDATE_FRAMEWORK:
      return call.updateFramework ? updateFramework(context, framework, call.updateFramework) : ACCEPTED;
    case Type.REQUEST:
      // The original hands it to its allocator, which does nothing with it either.
      context.counters.count('messages_resource_request');
      return ACCEPTED;
    case Type.ACCEPT_INVERSE_OFFERS:
    case Type.DECLINE_INVERSE_OFFERS:
      return ACCEPTED; // none are made, so any named here is over already
    default:
      return refused(400, `Cannot serve the call: type ${call.type} is not supported`);
  }
}
