import { summarize } from '../../../common/resources/summary.js';
import { mesos } from '../../../proto/index.js';
import type { Master } from '../../master.js';
import type { AgentRow } from '../../state/agents.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import type { TaskRow } from '../../state/tasks.js';
import type { DaemonInfo } from '../daemon-info.js';
import { offeredTo, usedBy } from '../framework-view.js';
import { agentDocument } from '../state-document.js';

type Document = Readonly<Record<string, unknown>>;

/** The states that are counted; a task in another is not. */
const COUNTED = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FINISHED',
  'TASK_KILLED',
  'TASK_FAILED',
  'TASK_LOST',
  'TASK_ERROR',
  'TASK_UNREACHABLE',
] as const;

/** How many tasks are in each state, and who is at the other end of them: agents of a framework, or the other way. */
class TaskTally {
  readonly counts: Record<string, number> = Object.fromEntries(COUNTED.map((state) => [state, 0]));
  readonly partners = new Set<string>();

  add({ task }: TaskRow, partner: string): void {
    const state = mesos.v1.TaskState[task.state] ?? '';
    const count = this.counts[state];
    if (count !== undefined) this.counts[state] = count + 1;
    this.partners.add(partner);
  }
}

/** The whole of `/state-summary`: what `/state` tells of agents and live frameworks, with counts in place of tasks. */
export function summaryDocument(master: Master, daemon: DaemonInfo): Document {
  const { agents, frameworks, info } = master;
  const live = [...frameworks.live.values()];
  const byAgent = new Map<string, TaskTally>();
  const byFramework = new Map(live.map((framework) => [framework, tally(framework, byAgent)]));
  return {
    hostname: info.hostname,
    ...(daemon.flags['cluster'] && { cluster: daemon.flags['cluster'] }),
    slaves: [...agents.registered.values()].map((agent) =>
      agentSummary(agent, byAgent.get(agent.id) ?? new TaskTally()),
    ),
    frameworks: [...byFramework].map(([framework, tasks]) => frameworkSummary(framework, tasks, master)),
  };
}

function tally(framework: FrameworkRow, byAgent: Map<string, TaskTally>): TaskTally {
  const own = new TaskTally();
  const { tasks, unreachableTasks, completedTasks } = framework;
  for (const row of [...tasks.values(), ...unreachableTasks.values(), ...completedTasks]) {
    own.add(row, row.agentId);
    const ofAgent = byAgent.get(row.agentId) ?? new TaskTally();
    ofAgent.add(row, framework.id);
    byAgent.set(row.agentId, ofAgent);
  }
  return own;
}

function agentSummary(agent: AgentRow, tasks: TaskTally): Document {
  return { ...agentDocument(agent), ...tasks.counts, framework_ids: [...tasks.partners] };
}

function frameworkSummary(framework: FrameworkRow, tasks: TaskTally, { agents }: Master): Document {
  const { info, connection } = framework;
  return {
    id: framework.id,
    name: info.name,
    hostname: info.hostname ?? '',
    webui_url: info.webuiUrl ?? '',
    capabilities: (info.capabilities ?? []).map(({ type }) => mesos.v1.FrameworkInfo.Capability.Type[type ?? 0]),
    active: connection.kind === 'connected',
    connected: connection.kind === 'connected',
    recovered: connection.kind === 'recovered',
    used_resources: summarize(usedBy(framework, agents)),
    offered_resources: summarize(offeredTo(framework)),
    slave_ids: [...tasks.partners],
    ...tasks.counts,
  };
}
