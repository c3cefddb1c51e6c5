import type { ExecutorId, FrameworkId } from '../../common/ids.js';
import { executorId } from '../../common/ids.js';
import { Resources } from '../../common/resources/resources.js';
import type { ExecutorInfo } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import type { AgentRow, ExecutorRow } from '../state/agents.js';

/** Enters an executor on an agent. The allocator is told by whoever allots its resources. */
export function addExecutor(agent: AgentRow, framework: FrameworkId, info: ExecutorInfo): ExecutorRow {
  const executors = agent.executors.get(framework) ?? new Map<ExecutorId, ExecutorRow>();
  agent.executors.set(framework, executors);
  const row = { info, resources: Resources.fromWire(info.resources) };
  executors.set(executorId(info.executorId.value), row);
  return row;
}

/** Looks an executor up: its id is unique only within agent and framework. Undefined: not known. */
export function executorOn(agent: AgentRow, framework: FrameworkId, id: ExecutorId): ExecutorRow | undefined {
  return agent.executors.get(framework)?.get(id);
}

/** Forgets an executor and frees what it held itself. Returns whether it was known. */
export function removeExecutor(
  context: MasterContext,
  agent: AgentRow,
  framework: FrameworkId,
  id: ExecutorId,
): boolean {
  const executors = agent.executors.get(framework);
  const row = executors?.get(id);
  if (executors === undefined || row === undefined) return false;
  executors.delete(id);
  if (executors.size === 0) agent.executors.delete(framework);
  if (!row.resources.isEmpty) {
    context.allocator.recover(framework, agent.id, row.resources);
    context.requestAllocation();
  }
  return true;
}

/** Forgets all executors that a framework has on an agent. */
export function removeExecutors(context: MasterContext, agent: AgentRow, framework: FrameworkId): void {
  for (const id of [...(agent.executors.get(framework)?.keys() ?? [])]) removeExecutor(context, agent, framework, id);
}
