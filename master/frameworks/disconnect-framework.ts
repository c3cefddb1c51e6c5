import type { MasterContext } from '../context.js';
import { discardOffer } from '../offers/take-back.js';
import type { FrameworkRow } from '../state/frameworks.js';
import { failoverTimeoutMs, startDeadline } from './failover-deadline.js';
import { keepFramework } from './keep-framework.js';
import { stopTimers } from './stop-timers.js';

/**
 * The framework's scheduler has gone: its offers are free again, its tasks run on, and unless it comes back within its
 * failover timeout it is torn down. The deadline is saved, so that it holds beyond a failover of the master.
 */
export function disconnectFramework(context: MasterContext, framework: FrameworkRow, reason: string): void {
  const { id, info } = framework;
  const delayMs = failoverTimeoutMs(info);
  stopTimers(framework);
  const sinceWallMs = context.clock.wallMs();
  framework.connection = { kind: 'disconnected', sinceWallMs, deadline: startDeadline(context, id, delayMs) };
  context.allocator.deactivateFramework(id);
  for (const offer of [...framework.offers]) discardOffer(context, offer);
  if (delayMs > 0) keepFramework(context, framework);
  context.log.info('Framework disconnected', { framework: id, reason, failoverTimeoutMs: delayMs });
}
