import { type AgentMessage, meseta, type Task } from '../../proto/index.js';
import type { Core } from '../core.js';
import type { TaskRow } from '../tasks/rows.js';

const { MULTI_ROLE, HIERARCHICAL_ROLE, RESERVATION_REFINEMENT } = meseta.v1.AgentCapability;
const CAPABILITIES = [MULTI_ROLE, HIERARCHICAL_ROLE, RESERVATION_REFINEMENT];

/** What the agent says first on a new link: that it wants to be admitted, or that it is back and what it runs. */
export function greetingOf(core: Core): AgentMessage {
  const { info, options, tables } = core;
  const common = { agent: info, capabilities: CAPABILITIES, version: options.version, ip: options.ip };
  if (!info.id) return { register: common };
  return {
    reregister: {
      ...common,
      frameworks: [...tables.frameworks.values()].map((framework) => framework.info),
      tasks: [...tables.tasks()].map((task) => wireTask(core, task)),
      executors: [...tables.executors()]
        .filter(({ kind, state }) => kind !== 'command' && state !== 'terminated')
        .map(({ framework, info: executor }) => ({ frameworkId: { value: framework.id }, executor })),
    },
  };
}

/** The task as masters keep it. Every state told is on disk. */
function wireTask(core: Core, row: TaskRow): Task {
  const { info, executor } = row;
  const outstanding = core.updates.outstanding(executor.framework.id, row.id);
  return {
    name: info.name,
    taskId: info.taskId,
    frameworkId: { value: executor.framework.id },
    ...(executor.kind !== 'command' && { executorId: { value: executor.id } }),
    agentId: info.agentId,
    state: row.checkpointedState,
    resources: info.resources ?? [],
    statuses: row.statuses,
    ...(outstanding && { statusUpdateState: outstanding.state, statusUpdateUuid: outstanding.uuid ?? null }),
    ...(info.labels && { labels: info.labels }),
    ...(info.discovery && { discovery: info.discovery }),
    ...(info.container && { container: info.container }),
    ...(info.healthCheck && { healthCheck: info.healthCheck }),
    ...(info.killPolicy && { killPolicy: info.killPolicy }),
    ...(info.limits && { limits: info.limits }),
  };
}
