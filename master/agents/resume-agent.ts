import { type ExecutorId, executorId, type FrameworkId } from '../../common/ids.js';
import { Resources } from '../../common/resources/resources.js';
import { mesos } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { hasCapability } from '../frameworks/capabilities.js';
import { rescindOffer } from '../offers/take-back.js';
import { type AgentRow, sendToAgent, tasksOf } from '../state/agents.js';
import { isTerminal } from '../state/task-state.js';
import type { TaskRow } from '../state/tasks.js';
import { applyStatus } from '../tasks/apply-status.js';
import { createStatus, namesOf } from '../tasks/create-status.js';
import { executorOn, removeExecutor } from '../tasks/executors.js';
import { removeTask } from '../tasks/remove-task.js';
import { countEnd, sendStatus } from '../tasks/send-status.js';
import type { AgentIntroduction } from './add-agent.js';
import { type AgentReport, adoptTasks } from './adopt-tasks.js';
import { startPings } from './ping.js';
import type { AgentSession } from './session.js';

const { TASK_DROPPED, TASK_LOST } = mesos.v1.TaskState;
const { REASON_RECONCILIATION } = mesos.v1.TaskStatus.Reason;

/** An agent whose row is still there has a new link: what both sides know is brought together, and offers go on. */
export function resumeAgent(
  context: MasterContext,
  agent: AgentRow,
  introduction: AgentIntroduction,
  session: AgentSession,
  report: AgentReport,
): void {
  replaceLink(context, agent, session);
  describeAnew(context, agent, introduction);
  endUnreportedTasks(context, agent, report);
  endUnreportedExecutors(context, agent, report);
  // What ended is on its way already, as an update; what runs was said to be lost when the link broke.
  const adopted = adoptTasks(context, agent, report, ({ task }) =>
    isTerminal(task.state) ? undefined : 'Unknown agent reregistered',
  );
  for (const row of adopted.tasks) {
    if (row.holdsResources) context.allocator.charge(row.frameworkId, agent.id, row.resources);
  }
  for (const { framework, id } of adopted.executors) {
    const executor = executorOn(agent, framework.id, executorId(id));
    if (executor !== undefined) context.allocator.charge(framework.id, agent.id, executor.resources);
  }
  killAgain(agent);
  if (session.open) context.allocator.activateAgent(agent.id);
  context.requestAllocation();
  context.log.info('Agent reconnected', { agent: agent.id, hostname: agent.info.hostname });
}

/** Only the newest link counts. What was offered over the older one was taken back when it broke, or is now. */
function replaceLink(context: MasterContext, agent: AgentRow, session: AgentSession): void {
  const { connection } = agent;
  if (connection.kind === 'connected' && connection.link !== session.link) connection.link.close();
  for (const offer of [...agent.offers]) rescindOffer(context, offer);
  session.agentId = agent.id;
  agent.connection = session.open
    ? { kind: 'connected', link: session.link }
    : { kind: 'disconnected', sinceWallMs: context.clock.wallMs() };
  agent.reregisteredWallMs = context.clock.wallMs();
  startPings(context, agent);
}

function describeAnew(context: MasterContext, agent: AgentRow, introduction: AgentIntroduction): void {
  const total = Resources.fromWire(introduction.info.resources);
  context.agents.describe(agent, introduction.info);
  agent.capabilities = introduction.capabilities;
  agent.version = introduction.version;
  agent.ip = introduction.ip;
  if (total.equals(agent.total)) return;
  agent.total = total;
  context.allocator.updateAgent(agent.id, total);
}

/** Launches that were under way when the link broke and did not arrive. */
function endUnreportedTasks(context: MasterContext, agent: AgentRow, report: AgentReport): void {
  const reported = new Set(
    (report.tasks ?? []).map(({ frameworkId, taskId }) => `${frameworkId.value}/${taskId.value}`),
  );
  for (const row of [...tasksOf(agent)]) {
    if (!reported.has(`${row.frameworkId}/${row.id}`)) endUnreported(context, row);
  }
}

/** Ends a task that its agent, which is here, does not know, and tells the framework unless it knows. */
export function endUnreported(context: MasterContext, row: TaskRow): void {
  const framework = context.frameworks.live.get(row.frameworkId);
  if (framework === undefined) return;
  if (!isTerminal(row.task.state)) {
    const state = hasCapability(framework.info, 'PARTITION_AWARE') ? TASK_DROPPED : TASK_LOST;
    const message = 'Reconciliation: Task is unknown to the agent';
    const status = createStatus(context.clock, namesOf(row), { state, reason: REASON_RECONCILIATION, message });
    applyStatus(context, row, status);
    countEnd(context, status);
    sendStatus(framework, status);
  }
  removeTask(context, framework, row, 'completed');
}

function endUnreportedExecutors(context: MasterContext, agent: AgentRow, report: AgentReport): void {
  const reported = new Set(
    (report.executors ?? []).map(({ frameworkId, executor }) => `${frameworkId.value}/${executor.executorId.value}`),
  );
  const known: [FrameworkId, ExecutorId][] = [...agent.executors].flatMap(([framework, executors]) =>
    [...executors.keys()].map((id): [FrameworkId, ExecutorId] => [framework, id]),
  );
  for (const [framework, id] of known) {
    if (!reported.has(`${framework}/${id}`)) removeExecutor(context, agent, framework, id);
  }
}

/** Kills that may not have arrived over the older link. */
function killAgain(agent: AgentRow): void {
  for (const row of tasksOf(agent)) {
    if (row.kill === undefined || isTerminal(row.task.state)) continue;
    const killPolicy = row.kill.policy;
    sendToAgent(agent, {
      killTask: {
        frameworkId: { value: row.frameworkId },
        taskId: { value: row.id },
        ...(killPolicy && { killPolicy }),
      },
    });
  }
}
