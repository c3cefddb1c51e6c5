import { mesos, type SchedulerCall } from '../../proto/index.js';
import { FINE, type Reasons, reasonIf } from './reasons.js';

type CallType = mesos.v1.scheduler.Call.Type;
const { Type } = mesos.v1.scheduler.Call;

/** The part that each call must bring, by its field's name in memory and on the wire. Calls without one need none. */
const PARTS: Partial<Record<CallType, readonly [field: keyof SchedulerCall, wireName: string]>> = {
  [Type.SUBSCRIBE]: ['subscribe', 'subscribe'],
  [Type.ACCEPT]: ['accept', 'accept'],
  [Type.DECLINE]: ['decline', 'decline'],
  [Type.ACCEPT_INVERSE_OFFERS]: ['acceptInverseOffers', 'accept_inverse_offers'],
  [Type.DECLINE_INVERSE_OFFERS]: ['declineInverseOffers', 'decline_inverse_offers'],
  [Type.KILL]: ['kill', 'kill'],
  [Type.SHUTDOWN]: ['shutdown', 'shutdown'],
  [Type.ACKNOWLEDGE]: ['acknowledge', 'acknowledge'],
  [Type.ACKNOWLEDGE_OPERATION_STATUS]: ['acknowledgeOperationStatus', 'acknowledge_operation_status'],
  [Type.RECONCILE]: ['reconcile', 'reconcile'],
  [Type.RECONCILE_OPERATIONS]: ['reconcileOperations', 'reconcile_operations'],
  [Type.MESSAGE]: ['message', 'message'],
  [Type.REQUEST]: ['request', 'request'],
  [Type.UPDATE_FRAMEWORK]: ['updateFramework', 'update_framework'],
};

/** The form of a scheduler's call, before anything is looked up. The answer to a call without form is a 400. */
export function validateCall(call: SchedulerCall): Reasons {
  const type = call.type;
  if (type == null || type === Type.UNKNOWN) return ["Expecting 'type' to be present"];
  const part = PARTS[type];
  if (part !== undefined && call[part[0]] == null) return [`Expecting '${part[1]}' to be present`];
  if (type === Type.SUBSCRIBE) return validateSubscribe(call);
  if (call.frameworkId == null) return ["Expecting 'framework_id' to be present"];
  return [
    ...validateUuid(call.acknowledge?.uuid),
    ...validateUuid(call.acknowledgeOperationStatus?.uuid),
    ...validateOperationAgent(call),
    ...validateUpdate(call),
  ];
}

function validateSubscribe({ frameworkId, subscribe }: SchedulerCall): Reasons {
  const same = (frameworkId?.value ?? '') === (subscribe?.frameworkInfo.id?.value ?? '');
  return reasonIf(!same, "'framework_id' differs from 'subscribe.framework_info.id'");
}

function validateUuid(uuid: Uint8Array | null | undefined): Reasons {
  return uuid == null || uuid.length === 16 ? FINE : ['Cannot read UUID: it has not 16 bytes'];
}

function validateOperationAgent({ acknowledgeOperationStatus: acknowledged }: SchedulerCall): Reasons {
  return reasonIf(acknowledged != null && acknowledged.agentId == null, "Expecting 'agent_id' to be present");
}

function validateUpdate({ frameworkId, updateFramework }: SchedulerCall): Reasons {
  const same = updateFramework == null || updateFramework.frameworkInfo.id?.value === frameworkId?.value;
  return reasonIf(!same, "'framework_id' differs from 'update_framework.framework_info.id'");
}
