import { mesos, type OfferOperation } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { type FrameworkRow, sendToFramework } from '../state/frameworks.js';

const { UPDATE_OPERATION_STATUS } = mesos.v1.scheduler.Event.Type;
const { OPERATION_ERROR } = mesos.v1.OperationState;

/** An operation other than a launch is not carried out. The framework hears of it if the operation has an id. */
export function dropOperation(
  context: MasterContext,
  framework: FrameworkRow,
  { id, type }: OfferOperation,
  message: string,
): void {
  const name = mesos.v1.Offer.Operation.Type[type ?? 0];
  context.log.warn('Operation dropped', { framework: framework.id, operation: id?.value, type: name, message });
  if (!id) return;
  const status = { operationId: id, state: OPERATION_ERROR, message };
  sendToFramework(framework, { type: UPDATE_OPERATION_STATUS, updateOperationStatus: { status } });
}
