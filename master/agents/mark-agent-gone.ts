import type { AgentId } from '../../common/ids.js';
import { mesos } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { hasCapability } from '../frameworks/capabilities.js';
import { markGone } from '../registry/mark-gone.js';
import { type AgentPlace, type AgentRow, sendToAgent } from '../state/agents.js';
import type { FrameworkRow } from '../state/frameworks.js';
import { applyStatus } from '../tasks/apply-status.js';
import { createStatus, type MasterVerdict, namesOf } from '../tasks/create-status.js';
import { endTasks } from '../tasks/end-tasks.js';
import { shelveCompleted } from '../tasks/remove-task.js';
import { countEnd, sendStatus } from '../tasks/send-status.js';
import { dropAgent } from './drop-agent.js';

const { TASK_GONE_BY_OPERATOR, TASK_LOST } = mesos.v1.TaskState;
const { REASON_AGENT_REMOVED, REASON_AGENT_REMOVED_BY_OPERATOR } = mesos.v1.TaskStatus.Reason;

/** What agents marked gone are told, and tasks on them are ended with. */
export const GONE_MESSAGE = 'Agent has been marked gone';

/**
 * An operator declares the agent lost for good: once that is durable its tasks are gone, and it is told to stop if it
 * can still hear. `done` is called then; returns false when no such agent is known, or it is about to go anyway.
 */
export function markAgentGone(context: MasterContext, id: AgentId, done: () => void): boolean {
  const { agents } = context;
  const { registered, unreachable, recovered } = agents;
  const agent = registered.get(id);
  const info = agent?.info ?? unreachable.get(id)?.info ?? recovered.get(id)?.info;
  if (info === undefined || agent?.leaving) return false;
  if (agent !== undefined) agent.leaving = true;
  const wallMs = context.clock.wallMs();
  context.registrar.apply(markGone(id, info, wallMs), () => {
    const row = registered.get(id); // looked up anew: a recovered one may have come back meanwhile
    const gone = { standing: 'gone', sinceWallMs: wallMs } as const;
    endUnreachableTasks(context, id);
    if (row !== undefined) dropGone(context, row, gone);
    else if (agents.standingOf(id) !== 'gone') agents.move(id, gone); // it is when an operator said so twice
    done();
  });
  return true;
}

function dropGone(context: MasterContext, agent: AgentRow, gone: AgentPlace): void {
  for (const frameworkId of [...agent.tasks.keys()]) {
    const framework = context.frameworks.live.get(frameworkId);
    if (framework !== undefined) endTasks(context, agent, framework, verdictFor(framework));
  }
  sendToAgent(agent, { shutdownAgent: { message: GONE_MESSAGE } });
  dropAgent(context, agent, gone, GONE_MESSAGE);
  context.counters.count('slave_removals');
}

function endUnreachableTasks(context: MasterContext, id: AgentId): void {
  for (const framework of context.frameworks.live.values()) {
    for (const row of [...framework.unreachableTasks.values()].filter(({ agentId }) => agentId === id)) {
      const status = createStatus(context.clock, namesOf(row), verdictFor(framework));
      applyStatus(context, row, status);
      framework.unreachableTasks.delete(row.id);
      shelveCompleted(context, framework, row);
      countEnd(context, status);
      sendStatus(framework, status);
    }
  }
}

function verdictFor(framework: FrameworkRow): MasterVerdict {
  return hasCapability(framework.info, 'PARTITION_AWARE')
    ? { state: TASK_GONE_BY_OPERATOR, reason: REASON_AGENT_REMOVED_BY_OPERATOR, message: GONE_MESSAGE }
    : { state: TASK_LOST, reason: REASON_AGENT_REMOVED, message: GONE_MESSAGE };
}
