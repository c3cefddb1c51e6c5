import { meseta } from '../../proto/index.js';
import type { FrameworkRow } from '../state/frameworks.js';
import { executorOn } from '../tasks/executors.js';
import type { LaunchSite } from '../validation/launch-site.js';
import type { Purse } from './purse.js';

/** What the validation of a launch may look at. */
export function siteOf(framework: FrameworkRow, { agent, left }: Purse): LaunchSite {
  return {
    frameworkId: framework.id,
    agentId: agent.id,
    available: left,
    agentTakesLimits: agent.capabilities.includes(meseta.v1.AgentCapability.TASK_RESOURCE_LIMITS),
    hasTask: (id) => framework.tasks.has(id),
    hasUnreachableTask: (id) => framework.unreachableTasks.has(id),
    runningExecutor: (id) => executorOn(agent, framework.id, id)?.info,
    tasksUnder: (id) =>
      [...(agent.tasks.get(framework.id)?.values() ?? []), ...framework.unreachableTasks.values()]
        .filter(({ agentId, executorId }) => agentId === agent.id && executorId === id)
        .map(({ task }) => task),
  };
}
