import type { Core } from '../core.js';
import type { Executors } from '../executor/executors.js';
import type { FrameworkRow } from './rows.js';
import { isTerminal } from './task-state.js';

/**
 * Ends everything of a framework that is no more. Nobody acknowledges its updates any longer, so they are forgotten
 * first, and what ends from now on is removed without a word. Repeated calls are harmless.
 */
export function shutdownFramework(core: Core, executors: Executors, framework: FrameworkRow): void {
  if (!framework.terminating) {
    core.log.info('Shutting down framework', { framework: framework.id });
    framework.terminating = true;
    core.commit(framework.checkpoint, core.updates.drop(framework.id), () => {});
    for (const task of [...framework.tasks.values()]) if (isTerminal(task.state)) core.settleSilently(task);
  }
  for (const executor of [...framework.executors.values()]) {
    executors.shutdown(executor);
    core.sweepExecutor(executor);
  }
}
