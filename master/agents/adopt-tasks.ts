import { executorId, frameworkId, type TaskId } from '../../common/ids.js';
import { type FrameworkInfo, type meseta, mesos } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { frameworkOf } from '../frameworks/recover-framework.js';
import { type AgentRow, sendToAgent } from '../state/agents.js';
import type { FrameworkRow } from '../state/frameworks.js';
import type { TaskRow } from '../state/tasks.js';
import { addTask, rowOf, taskOn } from '../tasks/add-task.js';
import { createStatusOf } from '../tasks/create-status.js';
import { addExecutor, executorOn } from '../tasks/executors.js';
import { sendStatus } from '../tasks/send-status.js';

const { REASON_AGENT_REREGISTERED } = mesos.v1.TaskStatus.Reason;

/** What an agent that returns reports to be there. */
export type AgentReport = Pick<meseta.v1.ReregisterAgent.$Properties, 'frameworks' | 'tasks' | 'executors'>;

/** What a framework is told of a task whose loss it was told of before; undefined: nothing. */
export type Greeting = (row: TaskRow) => string | undefined;

/** What was adopted that the master had not known on this agent. */
export interface Adopted {
  readonly tasks: readonly TaskRow[];
  readonly executors: readonly { readonly framework: FrameworkRow; readonly id: string }[];
}

/**
 * Enters what an agent reports and the master does not know. Frameworks that nobody has heard of since a failover are
 * recovered; those torn down meanwhile are shut down on the agent.
 */
export function adoptTasks(
  context: MasterContext,
  agent: AgentRow,
  report: AgentReport,
  greetingFor: Greeting,
): Adopted {
  const frameworks = new Map<string, FrameworkRow>();
  for (const info of report.frameworks ?? []) {
    const framework = adoptFramework(context, agent, info);
    if (framework !== undefined) frameworks.set(framework.id, framework);
  }
  const live = (id: string) => frameworks.get(id) ?? context.frameworks.live.get(frameworkId(id));
  const executors = (report.executors ?? []).flatMap(({ frameworkId: id, executor }) => {
    const framework = live(id.value);
    if (framework === undefined || executorOn(agent, framework.id, executorId(executor.executorId.value))) return [];
    addExecutor(agent, framework.id, executor);
    return [{ framework, id: executor.executorId.value }];
  });
  const unshelve = createUnshelve();
  const tasks = (report.tasks ?? []).flatMap((task) => {
    const framework = live(task.frameworkId.value);
    const row = rowOf(task);
    if (framework === undefined || taskOn(agent, framework.id, row.id)) return [];
    if (framework.tasks.has(row.id)) {
      killTwin(context, agent, row);
      return [];
    }
    unshelve(framework, row);
    adoptTask(context, agent, framework, row, greetingFor(row));
    return [row];
  });
  return { tasks, executors };
}

function adoptFramework(context: MasterContext, agent: AgentRow, info: FrameworkInfo): FrameworkRow | undefined {
  const framework = frameworkOf(context, info);
  if (framework === undefined) {
    sendToAgent(agent, { shutdownFramework: { frameworkId: { value: info.id?.value ?? '' } } });
    return undefined;
  }
  framework.agents.add(agent.id);
  // While it was away the framework may have changed.
  sendToAgent(agent, { updateFramework: { framework: framework.info } });
  return framework;
}

/** The id was used again, on another agent, while this one was out of sight. The framework means the newer task. */
function killTwin(context: MasterContext, agent: AgentRow, row: TaskRow): void {
  context.log.warn('Task runs twice', { task: row.id, framework: row.frameworkId, agent: agent.id });
  sendToAgent(agent, { killTask: { frameworkId: { value: row.frameworkId }, taskId: { value: row.id } } });
}

/** Takes a task that is back off the shelves. The ids on a shelf are gathered once for a whole report. */
function createUnshelve(): (framework: FrameworkRow, row: TaskRow) => void {
  const shelved = new Map<FrameworkRow, ReadonlySet<TaskId>>();
  return (framework, { id }) => {
    framework.unreachableTasks.delete(id);
    const ids = shelved.get(framework) ?? new Set(framework.completedTasks.map((row) => row.id));
    shelved.set(framework, ids);
    if (!ids.has(id)) return;
    const at = framework.completedTasks.findIndex((row) => row.id === id);
    if (at >= 0) framework.completedTasks.splice(at, 1);
  };
}

function adoptTask(
  context: MasterContext,
  agent: AgentRow,
  framework: FrameworkRow,
  row: TaskRow,
  greeting: string | undefined,
): void {
  addTask(agent, framework, row);
  if (greeting === undefined) return;
  const verdict = { state: row.task.state, reason: REASON_AGENT_REREGISTERED, message: greeting };
  sendStatus(framework, createStatusOf(context.clock, row, verdict));
}
