import type { CodedError } from '../../common/runtime/errors.js';
import type { StoreChange } from '../../common/store/store.js';
import type { MasterInfo, mesos, Offer, TaskStatus } from '../../proto/index.js';
import type { LaunchedTask } from '../store/launched-task.js';
import type { CallRefused } from './inbound.js';

/** A subscription that the master has confirmed and the store has recorded. */
export interface Session {
  readonly frameworkId: string;
  readonly master: MasterInfo | undefined;
  /** Whether this framework has never subscribed before, in this process or an earlier one. */
  readonly first: boolean;
}

/**
 * News of a task. Nothing is acknowledged to the agent before `confirm` was called and the store has the result, so an
 * update may be told again after a crash, but never be lost. Updates of one task are told one at a time, in order.
 */
export interface TaskUpdate {
  readonly status: TaskStatus;
  /** What was known before this update; absent for a task that this framework does not remember. */
  readonly task: LaunchedTask | undefined;
  /**
   * The update is dealt with: it is stored, then acknowledged. `own` are records of the author's, written in the same
   * atomic batch under keys outside the SDK's prefix; with them an update is acted upon exactly once.
   */
  confirm(own?: readonly StoreChange[]): void;
  /** The update could not be dealt with now: it is not acknowledged, and told again when the agent repeats it. */
  reject(reason: unknown): void;
}

/** Bytes from an executor; delivered at most once. */
export interface ExecutorMessage {
  readonly agentId: string;
  readonly executorId: string;
  readonly data: Uint8Array;
}

/** An executor ended (`executorId` present) or an agent was removed. */
export interface Failure {
  readonly agentId: string | undefined;
  readonly executorId: string | undefined;
  /** Wait status of the executor. */
  readonly status: number | undefined;
}

/**
 * Why a client gave up. `failed-over`: another instance of this scheduler has subscribed and must not be fought.
 * `removed`: the framework was torn down, its id cannot be used again. `refused`: the master will never accept this
 * subscription as it is. `store`: what must be durable is not.
 */
export type FailureKind = 'failed-over' | 'removed' | 'refused' | 'store';

/** What a scheduler is told. All members are optional: offers without a taker are declined, updates confirmed. */
export interface SchedulerHandler {
  /** Subscribed, for the first time or again. Comes before anything else of this session. */
  subscribed?(session: Session): void;
  /** The stream is gone; all offers are void. The client is already trying again. */
  disconnected?(reason: string): void;
  offers?(offers: readonly Offer[]): void;
  rescinded?(offerId: string): void;
  inverseOffers?(offers: readonly mesos.v1.InverseOffer.$Properties[]): void;
  inverseOfferRescinded?(offerId: string): void;
  update?(update: TaskUpdate): void;
  operation?(status: mesos.v1.OperationStatus.$Properties): void;
  message?(message: ExecutorMessage): void;
  failure?(failure: Failure): void;
  /** The master refused a call; nothing of it happened. */
  refused?(refusal: CallRefused): void;
  /** Every task that was running when the session began has been accounted for. */
  reconciled?(): void;
  /** The client has given up for good and will not come back by itself. */
  failed?(kind: FailureKind, error: CodedError): void;
}
