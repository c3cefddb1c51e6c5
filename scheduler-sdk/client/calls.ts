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

/** SUBSCRIBE: anew without `frameworkId`, else as the framework that had that id before. */
export function subscribe(
  framework: FrameworkInfo,
  frameworkId: string | undefined,
  suppressedRoles: Iterable<string>,
): SchedulerCall {
  const frameworkInfo = frameworkId === undefined ? framework : { ...framework, id: { value: frameworkId } };
  const call = { type: Type.SUBSCRIBE, subscribe: { frameworkInfo, suppressedRoles: [...suppressedRoles] } };
  return identify(call, frameworkId);
}

/** TEARDOWN: ends the framework with all its tasks and executors. */
export function teardown(): UnidentifiedCall {
  return { type: Type.TEARDOWN };
}

/**
 * ACCEPT: applies operations to the offers together, all of one agent. What they leave is refused for `refuseSeconds`.
 */
export function accept(
  offers: readonly OfferRef[],
  operations: readonly OfferOperation[],
  refuseSeconds?: number,
): UnidentifiedCall {
  const offerIds = offers.map((offer) => offer.id);
  return { type: Type.ACCEPT, accept: { offerIds, operations: [...operations], ...filtersOf(refuseSeconds) } };
}

/** DECLINE: the same resources are not offered again for `refuseSeconds`; absent: 5, the default of the wire. */
export function decline(offers: readonly OfferRef[], refuseSeconds?: number): UnidentifiedCall {
  return { type: Type.DECLINE, decline: { offerIds: offers.map((offer) => offer.id), ...filtersOf(refuseSeconds) } };
}

/** ACCEPT_INVERSE_OFFERS: agrees to free the resources before maintenance. Our master makes no inverse offers. */
export function acceptInverseOffers(offers: readonly OfferRef[]): UnidentifiedCall {
  return { type: Type.ACCEPT_INVERSE_OFFERS, acceptInverseOffers: { inverseOfferIds: offers.map(({ id }) => id) } };
}

/** DECLINE_INVERSE_OFFERS: cannot free them; not asked again for `refuseSeconds`. */
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

/** KILL: `killPolicy` overrides that of the task, its grace period is in nanoseconds. */
export function kill(task: TaskRef, killPolicy?: KillPolicy): UnidentifiedCall {
  return { type: Type.KILL, kill: { ...refOf(task), killPolicy: killPolicy ?? null } };
}

/** SHUTDOWN: ends an executor and its tasks. */
export function shutdownExecutor(executorId: string, agentId: string): UnidentifiedCall {
  return { type: Type.SHUTDOWN, shutdown: { executorId: { value: executorId }, agentId: { value: agentId } } };
}

/** Undefined for an update that wants no acknowledgement: one without a uuid or an agent. */
export function acknowledge({ agentId, taskId, uuid }: TaskStatus): UnidentifiedCall | undefined {
  if (!agentId || !uuid || uuid.length === 0) return undefined;
  return { type: Type.ACKNOWLEDGE, acknowledge: { agentId, taskId, uuid } };
}

/** Undefined for an operation status that wants no acknowledgement: one without an operation id or a uuid. */
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

/** MESSAGE: bytes to an executor, delivered at most once. */
export function message(executorId: string, agentId: string, data: Uint8Array): UnidentifiedCall {
  const body = { executorId: { value: executorId }, agentId: { value: agentId }, data };
  return { type: Type.MESSAGE, message: body };
}

/** REQUEST: resources that are wanted of agents. The master only counts it; the original's allocator ignores it too. */
export function request(requests: mesos.v1.Request.$Properties[]): UnidentifiedCall {
  return { type: Type.REQUEST, request: { requests } };
}

/** UPDATE_FRAMEWORK: replaces the info and the suppressed roles, all of them; `framework` carries its id. */
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
