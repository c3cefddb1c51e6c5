/** What framework authors import. For tests see `scheduler-sdk/testing`. */
export { type Clock, systemClock, type Timer } from '../common/runtime/clock.js';
export { CodedError, type ErrorCode, messageOf } from '../common/runtime/errors.js';
export { createLogger, type Fields, type Logger, type LogLevel, silentLogger } from '../common/runtime/logger.js';
export { launchOperation, type OfferRef } from './client/calls.js';
export type { ClientState } from './client/client-state.js';
export { type AuthorHandler, createScheduler, type Scheduler, type SchedulerSetup } from './client/create-scheduler.js';
export { grpcTransport } from './client/grpc-transport.js';
export type { ExecutorMessage, Failure, FailureKind, SchedulerHandler, Session, TaskUpdate } from './client/handler.js';
export type { CallRefused, SchedulerInbound } from './client/inbound.js';
export { type MasterSource, masterList } from './client/master-list.js';
export { type FrameworkCapability, type SchedulerOptions, SDK_CAPABILITIES } from './client/options.js';
export {
  type AcceptOptions,
  SchedulerClient,
  type SchedulerPorts,
  type StopOptions,
} from './client/scheduler-client.js';
export { buildTask, programCommand, shellCommand, type TaskBody } from './offers/build-task.js';
export { type Constraint, parseConstraint, printConstraint } from './offers/constraint.js';
export { type Evaluation, type EvaluationContext, evaluate } from './offers/evaluate.js';
export { type Explanation, explain, printExplanation, type ReasonCount } from './offers/explain.js';
export { type Launch, type MatchOptions, type MatchResult, match, type Placement } from './offers/match.js';
export { type Outcome, printOutcome, type ReasonCode } from './offers/outcome.js';
export { type Place, placeOf } from './offers/place.js';
export type { Needs, PortWish, Requirement } from './offers/requirement.js';
export * from './store/index.js';
