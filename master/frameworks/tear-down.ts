import { mesos } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { discardOffer } from '../offers/take-back.js';
import { forgetFrameworks } from '../registry/forget-frameworks.js';
import { removeFramework } from '../registry/remove-framework.js';
import { sendToAgent } from '../state/agents.js';
import type { FrameworkRow } from '../state/frameworks.js';
import { isTerminal } from '../state/task-state.js';
import type { TaskRow } from '../state/tasks.js';
import { applyStatus } from '../tasks/apply-status.js';
import { createStatus, namesOf } from '../tasks/create-status.js';
import { removeExecutors } from '../tasks/executors.js';
import { removeTask, shelveCompleted } from '../tasks/remove-task.js';
import { stopTimers } from './stop-timers.js';

const { TASK_KILLED } = mesos.v1.TaskState;
const { REASON_FRAMEWORK_REMOVED } = mesos.v1.TaskStatus.Reason;

/**
 * Ends a framework for good. Its end is durable before anything is done about it: a failover of the master must not
 * bring back what its tasks were killed for, or what its scheduler took for proven by the end of its stream.
 */
export function tearDown(context: MasterContext, framework: FrameworkRow): void {
  if (framework.leaving) return;
  const { id, info } = framework;
  framework.leaving = true;
  context.allocator.deactivateFramework(id);
  for (const offer of [...framework.offers]) discardOffer(context, offer);
  context.registrar.apply(removeFramework(id, info), () => tornDown(context, framework));
}

/** Its agents kill what they run of it, what it held is free, its stream is closed, and its id is refused from now on. */
function tornDown(context: MasterContext, framework: FrameworkRow): void {
  const { id, connection } = framework;
  stopTimers(framework);
  endAllTasks(context, framework);
  leaveAgents(context, framework);
  context.frameworks.live.delete(id);
  context.allocator.removeFramework(id);
  shelve(context, framework);
  if (connection.kind === 'connected') connection.link.close();
  context.requestAllocation();
  context.log.info('Framework torn down', { framework: id, name: framework.info.name });
}

function endAllTasks(context: MasterContext, framework: FrameworkRow): void {
  for (const row of [...framework.tasks.values()]) {
    if (!isTerminal(row.task.state)) applyStatus(context, row, killed(context, framework, row));
    removeTask(context, framework, row, 'completed');
  }
  for (const row of framework.unreachableTasks.values()) {
    applyStatus(context, row, killed(context, framework, row));
    shelveCompleted(context, framework, row);
  }
  framework.unreachableTasks.clear();
}

function killed(context: MasterContext, framework: FrameworkRow, row: TaskRow) {
  const message = `Framework ${framework.id} removed`;
  return createStatus(context.clock, namesOf(row), { state: TASK_KILLED, reason: REASON_FRAMEWORK_REMOVED, message });
}

function leaveAgents(context: MasterContext, framework: FrameworkRow): void {
  for (const agentId of framework.agents) {
    const agent = context.agents.registered.get(agentId);
    if (agent === undefined) continue;
    removeExecutors(context, agent, framework.id);
    sendToAgent(agent, { shutdownFramework: { frameworkId: { value: framework.id } } });
  }
}

/** Keeps the last ended frameworks; those that make room are forgotten by the registry too. */
function shelve(context: MasterContext, framework: FrameworkRow): void {
  const { completed } = context.frameworks;
  const { id, info, registeredWallMs, completedTasks, activity } = framework;
  const unregisteredWallMs = context.clock.wallMs();
  completed.set(id, { id, info, registeredWallMs, unregisteredWallMs, completedTasks, activity });
  const excess = Math.max(0, completed.size - context.options.maxCompletedFrameworks);
  const forgotten = [...completed.keys()].slice(0, excess);
  for (const old of forgotten) completed.delete(old);
  if (forgotten.length > 0) context.registrar.apply(forgetFrameworks(forgotten));
}
