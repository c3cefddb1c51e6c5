import {
  type FrameworkInfo,
  type KillPolicy,
  mesos,
  type OfferOperation,
  type SchedulerCall,
  type TaskInfo,
  type TaskStatus,
} from '../../proto/index.js';

const Type = mesos.v1.scheduler.Call.Type;

/** Anything that carries an offer's id: the offer itself will do. */
export interface OfferRef {
  readonly id: mesos.v1.OfferID.$Properties;
}

/** A task as RECONCILE and KILL name it. */
export interface TaskRef {
  readonly taskId: string;
  readonly agentId?: string | undefined;
}

/** The framework id travels beside every call; `identify` adds it. */
export type UnidentifiedCall = Omit<SchedulerCall, 'frameworkId'>;

/** The call of a framework; SUBSCRIBE carries its id inside the info as well. */
export function identify(call: UnidentifiedCall, frameworkId: string | undefined): SchedulerCall {
  return frameworkId === undefined ? call : { ...call, frameworkId: { value: frameworkId } };
}

export function subscribe(
  framework: FrameworkInfo,
  frameworkId: string | undefined,
  suppressedRoles: Iterable<string>,
): SchedulerCall {
  const frameworkInfo = frameworkId === undefined ? framework : { ...framework, id: { value: frameworkId } };
  const call = { type: Type.SUBSCRIBE, subscribe: { frameworkInfo, suppressedRoles: [...suppressedRoles] } };
  return identify(call, frameworkId);
}

export function teardown(): UnidentifiedCall {
  return { type: Type.TEARDOWN };
}

export function accept(
  offers: readonly OfferRef[],
  operations: readonly OfferOperation[],
  refuseSeconds?: number,
): UnidentifiedCall {
  const offerIds = offers.map((offer) => offer.id);
  return { type: Type.ACCEPT, accept: { offerIds, operations: [...operations], ...filtersOf(refuseSeconds) } };
}

export function decline(offers: readonly OfferRef[], refuseSeconds?: number): UnidentifiedCall {
  return { type: Type.DECLINE, decline: { offerIds: offers.map((offer) => offer.id), ...filtersOf(refuseSeconds) } };
}

export function acceptInverseOffers(offers: readonly OfferRef[]): UnidentifiedCall {
  return { type: Type.ACCEPT_INVERSE_OFFERS, acceptInverseOffers: { inverseOfferIds: offers.map(({ id }) => id) } };
}

export function declineInverseOffers(offers: readonly OfferRef[], refuseSeconds?: number): UnidentifiedCall {
  const inverseOfferIds = offers.map(({ id }) => id);
  const declineInverse = { inverseOfferIds, ...filtersOf(refuseSeconds) };
  return { type: Type.DECLINE_INVERSE_OFFERS, declineInverseOffers: declineInverse };
}

/** No roles: all of them. */
export function revive(roles: readonly string[] = []): UnidentifiedCall {
  return { type: Type.REVIVE, revive: { roles: [...roles] } };
}

/** No roles: all of them. */
export function suppress(roles: readonly string[] = []): UnidentifiedCall {
  return { type: Type.SUPPRESS, suppress: { roles: [...roles] } };
}

export function kill(task: TaskRef, killPolicy?: KillPolicy): UnidentifiedCall {
  return { type: Type.KILL, kill: { ...refOf(task), killPolicy: killPolicy ?? null } };
}

export function shutdownExecutor(executorId: string, agentId: string): UnidentifiedCall {
  return { type: Type.SHUTDOWN, shutdown: { executorId: { value: executorId }, agentId: { value: agentId } } };
}

/** Undefined for an update that wants no acknowledgement: one without a uuid or an agent. */
export function acknowledge({ agentId, taskId, uuid }: TaskStatus): UnidentifiedCall | undefined {
  if (!agentId || !uuid || uuid.length === 0) return undefined;
  return { type: Type.ACKNOWLEDGE, acknowledge: { agentId, taskId, uuid } };
}

export function acknowledgeOperation(status: mesos.v1.OperationStatus.$Properties): UnidentifiedCall | undefined {
  const { agentId, operationId, resourceProviderId, uuid } = status;
  if (!operationId || !uuid) return undefined;
  return {
    type: Type.ACKNOWLEDGE_OPERATION_STATUS,
    acknowledgeOperationStatus: {
      agentId: agentId ?? null,
      resourceProviderId: resourceProviderId ?? null,
      operationId,
      uuid: uuid.value,
    },
  };
}

/** No tasks: implicit reconciliation, the master tells all it knows. */
export function reconcile(tasks: readonly TaskRef[]): UnidentifiedCall {
  return { type: Type.RECONCILE, reconcile: { tasks: tasks.map(refOf) } };
}

/** No operations: the master tells all it knows. */
export function reconcileOperations(
  operations: mesos.v1.scheduler.Call.ReconcileOperations.Operation.$Properties[] = [],
): UnidentifiedCall {
  return { type: Type.RECONCILE_OPERATIONS, reconcileOperations: { operations } };
}

export function message(executorId: string, agentId: string, data: Uint8Array): UnidentifiedCall {
  const body = { executorId: { value: executorId }, agentId: { value: agentId }, data };
  return { type: Type.MESSAGE, message: body };
}

export function request(requests: mesos.v1.Request.$Properties[]): UnidentifiedCall {
  return { type: Type.REQUEST, request: { requests } };
}

export function updateFramework(framework: FrameworkInfo, suppressedRoles: Iterable<string>): UnidentifiedCall {
  const body = { frameworkInfo: framework, suppressedRoles: [...suppressedRoles] };
  return { type: Type.UPDATE_FRAMEWORK, updateFramework: body };
}

/** The LAUNCH operation for these tasks, each under its own executor. */
export function launchOperation(taskInfos: readonly TaskInfo[]): OfferOperation {
  return { type: mesos.v1.Offer.Operation.Type.LAUNCH, launch: { taskInfos: [...taskInfos] } };
}

/** The tasks that operations launch, those of groups included. */
export function tasksOf(operations: readonly OfferOperation[]): TaskInfo[] {
  return operations.flatMap(({ launch, launchGroup }) => [
    ...(launch?.taskInfos ?? []),
    ...(launchGroup?.taskGroup.tasks ?? []),
  ]);
}

function filtersOf(refuseSeconds: number | undefined) {
  return refuseSeconds === undefined ? {} : { filters: { refuseSeconds } };
}

function refOf({ taskId, agentId }: TaskRef) {
  return { taskId: { value: taskId }, agentId: agentId === undefined ? null : { value: agentId } };
}
