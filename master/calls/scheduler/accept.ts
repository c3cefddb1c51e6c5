import { ACCEPTED, type CallOutcome } from '../../../common/call-outcome.js';
import { type OfferId, offerId } from '../../../common/ids.js';
import { Resources } from '../../../common/resources/resources.js';
import { CodedError } from '../../../common/runtime/errors.js';
import { mesos, type OfferOperation, type TaskInfo } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { hasCapability } from '../../frameworks/capabilities.js';
import { dropOperation } from '../../launches/drop-operation.js';
import { launchGroup } from '../../launches/launch-group.js';
import { launchTasks } from '../../launches/launch-tasks.js';
import type { Purse } from '../../launches/purse.js';
import { refuseTasks } from '../../launches/refuse-tasks.js';
import { refusalOf } from '../../offers/refusal.js';
import { discardOffer, withdrawOffer } from '../../offers/take-back.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import { validateOffers } from '../../validation/offer.js';
import { textOf } from '../../validation/reasons.js';

type Accept = mesos.v1.scheduler.Call.Accept.$Properties;
const { Type } = mesos.v1.Offer.Operation;
const { TASK_DROPPED, TASK_LOST } = mesos.v1.TaskState;
const { REASON_INVALID_OFFERS } = mesos.v1.TaskStatus.Reason;

const UNSUPPORTED = 'Operation is not supported: this release carries out LAUNCH and LAUNCH_GROUP only';

/**
 * A framework takes offers of one agent and says what to do with them. Operations are carried out in order, each with
 * what those before it left; what is left at the end goes back, not to be offered again for a while.
 */
export function accept(context: MasterContext, framework: FrameworkRow, call: Accept): CallOutcome {
  const ids = (call.offerIds ?? []).map(({ value }) => offerId(value));
  const operations = call.operations ?? [];
  for (const { type } of operations) {
    framework.activity.operation(type ?? Type.UNKNOWN);
    if (type === Type.LAUNCH || type === Type.LAUNCH_GROUP) context.counters.count('messages_launch_tasks');
  }
  const reasons = validateOffers(ids, context.offers, framework.id);
  if (reasons.length > 0) {
    refuseOffers(context, framework, ids, operations, textOf(reasons));
    return ACCEPTED;
  }
  framework.activity.answered('accepted', ids.length);
  const purse = openPurse(context, ids);
  for (const operation of operations) apply(context, framework, purse, operation);
  const { agent, left } = purse;
  if (!left.isEmpty) context.allocator.recover(framework.id, agent.id, left, refusalOf(context.clock, call.filters));
  context.requestAllocation();
  return ACCEPTED;
}

/** Consumes the offers, which are valid, and puts what they held together. */
function openPurse(context: MasterContext, ids: readonly OfferId[]): Purse {
  const offers = ids.flatMap((id) => context.offers.get(id) ?? []);
  const [first] = offers;
  const agent = first && context.agents.registered.get(first.agentId);
  if (first === undefined || agent === undefined) {
    throw new CodedError('INTERNAL', `Cannot accept offers ${ids.join(', ')}: their agent has no row`);
  }
  for (const offer of offers) withdrawOffer(context, offer);
  return { agent, role: first.role, left: Resources.sum(offers.map(({ resources }) => resources)) };
}

/** Offers that cannot be accepted end, as far as they are there; what was to be done with them is answered one by one. */
function refuseOffers(
  context: MasterContext,
  framework: FrameworkRow,
  ids: readonly OfferId[],
  operations: readonly OfferOperation[],
  reason: string,
): void {
  for (const id of ids) {
    const offer = context.offers.get(id);
    if (offer?.frameworkId === framework.id) discardOffer(context, offer);
  }
  const state = hasCapability(framework.info, 'PARTITION_AWARE') ? TASK_DROPPED : TASK_LOST;
  const message = `Task launched with invalid offers: ${reason}`;
  for (const operation of operations) {
    if (operation.type === Type.LAUNCH || operation.type === Type.LAUNCH_GROUP) {
      refuseTasks(context, framework, tasksIn(operation), { state, reason: REASON_INVALID_OFFERS, message });
    } else {
      dropOperation(context, framework, operation, `Operation attempted with invalid offers: ${reason}`);
    }
  }
}

function tasksIn({ launch, launchGroup: group }: OfferOperation): readonly TaskInfo[] {
  return launch?.taskInfos ?? group?.taskGroup?.tasks ?? [];
}

function apply(context: MasterContext, framework: FrameworkRow, purse: Purse, operation: OfferOperation): void {
  if (operation.type === Type.LAUNCH) launchTasks(context, framework, purse, operation);
  else if (operation.type === Type.LAUNCH_GROUP) launchGroup(context, framework, purse, operation);
  else dropOperation(context, framework, operation, UNSUPPORTED);
}
