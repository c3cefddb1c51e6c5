import type { MasterContext } from '../context.js';
import type { AgentRow } from '../state/agents.js';
import type { FrameworkRow } from '../state/frameworks.js';
import { isTerminal } from '../state/task-state.js';
import { applyStatus } from './apply-status.js';
import { createStatus, type MasterVerdict, namesOf } from './create-status.js';
import { removeTask, type Shelf } from './remove-task.js';
import { countEnd, sendStatus } from './send-status.js';

/** Ends every task that a framework has on an agent by the master's own verdict, and tells the framework. */
export function endTasks(
  context: MasterContext,
  agent: AgentRow,
  framework: FrameworkRow,
  verdict: MasterVerdict,
  shelf: Shelf = 'completed',
): void {
  for (const row of [...(agent.tasks.get(framework.id)?.values() ?? [])]) {
    if (isTerminal(row.task.state)) {
      // Its end was forwarded, or is yet to be sent again by the agent: what it was stays true.
      removeTask(context, framework, row, 'completed');
      continue;
    }
    const status = createStatus(context.clock, namesOf(row), verdict);
    applyStatus(context, row, status);
    removeTask(context, framework, row, shelf);
    countEnd(context, status);
    sendStatus(framework, status);
  }
}
