import type { Dialer } from '../../common/link.js';
import { grpcDialer, type LinkLimits } from '../../common/net/grpc-link.js';
import { schedulerEndOfSubscription } from '../../common/net/link-methods.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { SchedulerCall } from '../../proto/index.js';
import type { SchedulerInbound } from './inbound.js';

/** Subscribes over gRPC: calls of one turn leave in one message, sizes and waiting bytes are bounded, silence is probed. */
export function grpcTransport(log: Logger, limits?: LinkLimits): Dialer<SchedulerCall, SchedulerInbound> {
  return grpcDialer(schedulerEndOfSubscription, log, limits);
}
