import { executorId } from '../../common/ids.js';
import { printResource } from '../../common/resources/print.js';
import { type ExecutorInfo, mesos, type Resource, type TaskInfo } from '../../proto/index.js';
import { validateCommand } from './command.js';
import { validateContainer } from './container.js';
import { validateId } from './id.js';
import type { LaunchSite } from './launch-site.js';
import { FINE, type Reasons, reasonIf } from './reasons.js';
import { validateTogether, validateUse } from './resources-use.js';

const { CUSTOM, DEFAULT } = mesos.v1.ExecutorInfo.Type;
const { MESOS } = mesos.v1.ContainerInfo.Type;

/** The executor of a task of a LAUNCH: always a program of the framework's. A task without one is a command task. */
export function validateTaskExecutor(task: TaskInfo, site: LaunchSite): Reasons {
  const { executor } = task;
  if (!executor) return FINE;
  const shared = (executor.resources ?? []).filter(isShared);
  return [
    ...validateExecutor(executor, site),
    ...reasonIf((executor.type ?? CUSTOM) !== CUSTOM, "'ExecutorInfo.type' must be 'CUSTOM'"),
    ...reasonIf(!executor.command && executor.type !== CUSTOM, "'ExecutorInfo.command' must be set"),
    ...reasonIf(
      shared.length > 0,
      `Executor resources ${shared.map(printResource).join('; ')} should not contain any shared resources`,
    ),
    ...validateExecutorCgroups(executor),
    ...validateTogether('Task and its executor', [task.resources, executor.resources]),
  ];
}

/** What holds for every executor. */
export function validateExecutor(executor: ExecutorInfo, site: LaunchSite): Reasons {
  return [
    ...validateId(executor.executorId.value),
    ...validateType(executor),
    ...validateFramework(executor, site),
    ...reasonIf(
      (executor.shutdownGracePeriod?.nanoseconds ?? 0) < 0,
      "ExecutorInfo's 'shutdown_grace_period' must be non-negative",
    ),
    ...(executor.resources?.length ? validateUse('Executor', executor.resources) : FINE),
    ...validateCommand("Executor's", executor.command),
    ...validateContainer("Executor's", executor.container),
    ...validateSameAsRunning(executor, site),
  ];
}

/** Executors get cgroups of their own, as in the original; only nested containers may share. */
export function validateExecutorCgroups({ container }: ExecutorInfo): Reasons {
  const shared = container?.linuxInfo?.shareCgroups === true;
  return reasonIf(shared, "The 'share_cgroups' field cannot be set to 'true' on executor containers");
}

function validateType({ type, command, container }: ExecutorInfo): Reasons {
  if (type === CUSTOM) return reasonIf(!command, "'ExecutorInfo.command' must be set for 'CUSTOM' executor");
  if (type !== DEFAULT) return FINE;
  const image = container?.mesos?.image != null;
  return [
    ...reasonIf(command != null, "'ExecutorInfo.command' must not be set for 'DEFAULT' executor"),
    ...reasonIf(
      container != null && container.type !== MESOS,
      "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor",
    ),
    ...reasonIf(image, "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor"),
  ];
}

function validateFramework({ frameworkId }: ExecutorInfo, site: LaunchSite): Reasons {
  if (!frameworkId) return ["'ExecutorInfo.framework_id' must be set"];
  return reasonIf(
    frameworkId.value !== site.frameworkId,
    `ExecutorInfo has an invalid FrameworkID (Actual: ${frameworkId.value} vs Expected: ${site.frameworkId})`,
  );
}

function validateSameAsRunning(executor: ExecutorInfo, site: LaunchSite): Reasons {
  const running = site.runningExecutor(executorId(executor.executorId.value));
  if (running === undefined || sameExecutor(running, executor)) return FINE;
  const print = (info: ExecutorInfo) => JSON.stringify(info);
  return [
    [
      'ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.',
      `Existing ExecutorInfo: ${print(running)}`,
      `ExecutorInfo: ${print(executor)}`,
    ].join('\n'),
  ];
}

/** Whether two infos say the same, down to the order of their lists. */
export function sameExecutor(one: ExecutorInfo, other: ExecutorInfo): boolean {
  const bytes = (info: ExecutorInfo) => mesos.v1.ExecutorInfo.encode(info).finish();
  return Buffer.compare(bytes(one), bytes(other)) === 0;
}

function isShared({ shared }: Resource): boolean {
  return shared != null;
}
