import { executorId, taskId } from '../../common/ids.js';
import { Resources } from '../../common/resources/resources.js';
import type { TaskInfo } from '../../proto/index.js';
import { validateCheck } from './check.js';
import { validateCommand } from './command.js';
import { validateContainer } from './container.js';
import { validateTaskExecutor } from './executor.js';
import { validateHealthCheck } from './health-check.js';
import { validateId } from './id.js';
import { validateKillPolicy, validateMaxCompletionTime } from './kill-policy.js';
import type { LaunchSite } from './launch-site.js';
import { FINE, type Reasons, reasonIf } from './reasons.js';
import { validateLimits } from './resource-limits.js';
import { validateUse } from './resources-use.js';

/** A task of a LAUNCH, with its executor if it brings one. */
export function validateTask(task: TaskInfo, site: LaunchSite): Reasons {
  const own = [...validateTaskItself(task, site), ...validateSharedCgroups(task)];
  if ((task.executor == null) === (task.command == null)) {
    return [...own, 'Task should have at least one (but not both) of CommandInfo or ExecutorInfo present'];
  }
  const executor = validateTaskExecutor(task, site);
  // What cannot be summed up cannot be compared with what is there.
  const reasons = [...own, ...executor];
  return reasons.length > 0 ? reasons : validateFit(task, site);
}

/** What holds for a task of a LAUNCH and of a LAUNCH_GROUP alike. */
export function validateTaskItself(task: TaskInfo, site: LaunchSite): Reasons {
  return [
    ...validateId(task.taskId.value),
    ...validateUnused(task, site),
    ...validateAgent(task, site),
    ...validateKillPolicy(task.killPolicy),
    ...validateMaxCompletionTime(task.maxCompletionTime),
    ...validateCheck(task.check),
    ...validateHealthCheck(task.healthCheck),
    ...validateResources(task),
    ...validateCommand("Task's", task.command),
    ...validateContainer("Task's", task.container),
    ...validateLimits(task, site.agentTakesLimits),
  ];
}

function validateUnused(task: TaskInfo, site: LaunchSite): Reasons {
  const id = taskId(task.taskId.value);
  if (site.hasTask(id)) return [`Task has duplicate ID: ${id}`];
  return reasonIf(site.hasUnreachableTask(id), `Task reuses the ID of an unreachable task: ${id}`);
}

function validateAgent({ agentId }: TaskInfo, site: LaunchSite): Reasons {
  const right = agentId.value === site.agentId;
  return reasonIf(!right, `Task uses invalid agent ${agentId.value} while agent ${site.agentId} is expected`);
}

function validateResources({ resources }: TaskInfo): Reasons {
  return resources?.length ? validateUse('Task', resources) : ['Task uses no resources'];
}

function validateSharedCgroups({ container }: TaskInfo): Reasons {
  const apart = container?.linuxInfo?.shareCgroups === false;
  return reasonIf(apart, "Only tasks in a task group may have 'share_cgroups' set to 'false'");
}

function validateFit(task: TaskInfo, site: LaunchSite): Reasons {
  const total = Resources.fromWire(task.resources).plus(newExecutorResources(task, site));
  if (site.available.contains(total)) return FINE;
  return [`Total resources ${total} required by task and its executor is more than available ${site.available}`];
}

function newExecutorResources({ executor }: TaskInfo, site: LaunchSite): Resources {
  if (!executor) return Resources.EMPTY;
  const running = site.runningExecutor(executorId(executor.executorId.value)) !== undefined;
  return running ? Resources.EMPTY : Resources.fromWire(executor.resources);
}
