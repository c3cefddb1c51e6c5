import type { FrameworkId } from '../../common/ids.js';
import type { FrameworkInfo } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import type { Deadline } from '../state/frameworks.js';
import { tearDown } from './tear-down.js';

/** How long a framework may be without its scheduler before it is torn down; the original's default is not at all. */
export function failoverTimeoutMs({ failoverTimeout }: FrameworkInfo): number {
  return Math.max(0, (failoverTimeout ?? 0) * 1000);
}

/** Tears the framework down after `delayMs` unless the timer is cancelled because its scheduler came back. */
export function startDeadline(context: MasterContext, id: FrameworkId, delayMs: number): Deadline {
  const timer = context.clock.after(delayMs, () => {
    const framework = context.frameworks.live.get(id);
    if (framework === undefined) return;
    context.log.info('Framework failed over too late', { framework: id });
    tearDown(context, framework);
  });
  return { wallMs: context.clock.wallMs() + delayMs, cancel: () => timer.cancel() };
}
