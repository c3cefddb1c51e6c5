import { type FrameworkId, frameworkId } from '../../common/ids.js';
import type { FrameworkInfo } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import type { FrameworkRow } from '../state/frameworks.js';
import { addFramework } from './add-framework.js';
import { failoverTimeoutMs, startDeadline } from './failover-deadline.js';
import { keepFramework } from './keep-framework.js';

/** Enters a framework that this master has not heard of itself; its scheduler has until `deadlineWallMs` to return. */
export function recoverFramework(
  context: MasterContext,
  id: FrameworkId,
  info: FrameworkInfo,
  deadlineWallMs: number,
): FrameworkRow {
  const delayMs = Math.max(0, deadlineWallMs - context.clock.wallMs());
  const deadline = startDeadline(context, id, delayMs);
  context.log.info('Framework recovered', { framework: id, name: info.name, deadlineInMs: delayMs });
  return addFramework(context, id, info, [], { kind: 'recovered', deadline });
}

/**
 * When a framework must be back that was connected, as far as is known, when the last master ended: its failover
 * timeout counts from now, and a short one is stretched to the time that agents have, since a failover of the master is
 * no fault of the framework's.
 */
export function deadlineAfterFailover(context: MasterContext, info: FrameworkInfo): number {
  const { agentReregisterTimeoutMs } = context.options;
  return context.clock.wallMs() + Math.max(failoverTimeoutMs(info), agentReregisterTimeoutMs);
}

/**
 * The live framework that an agent speaks of; one unknown since a failover is recovered from what the agent says.
 * Undefined: it was torn down.
 */
export function frameworkOf(context: MasterContext, info: FrameworkInfo): FrameworkRow | undefined {
  const id = frameworkId(info.id?.value ?? '');
  if (id === '' || context.frameworks.completed.has(id)) return undefined;
  const known = context.frameworks.live.get(id);
  if (known !== undefined) return known;
  const framework = recoverFramework(context, id, info, deadlineAfterFailover(context, info));
  keepFramework(context, framework);
  return framework;
}
