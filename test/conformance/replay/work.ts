import { mesos, type Offer, type Resource, type TaskInfo } from '../../../proto/index.js';

type Operation = mesos.v1.Offer.Operation.$Properties;
const { LAUNCH, LAUNCH_GROUP } = mesos.v1.Offer.Operation.Type;

/** Scalars allocated to role `*`, by name. */
export function scalars(amounts: Readonly<Record<string, number>>): Resource[] {
  return Object.entries(amounts).map(([name, value]) => ({
    name,
    type: mesos.v1.Value.Type.SCALAR,
    scalar: { value },
    allocationInfo: { role: '*' },
  }));
}

/** A task of 0.1 cpus and 32 MiB that runs a shell line; `more` replaces any of its fields. */
export function shellTask({ agentId }: Offer, id: string, line: string, more: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: id,
    taskId: { value: id },
    agentId,
    resources: scalars({ cpus: 0.1, mem: 32 }),
    command: { shell: true, value: line },
    ...more,
  };
}

/** LAUNCH of command tasks. */
export const launch = (...taskInfos: TaskInfo[]): Operation => ({ type: LAUNCH, launch: { taskInfos } });

/** A task group under the default executor, which itself holds `amounts`. */
export function launchGroup(
  frameworkId: string,
  executorId: string,
  amounts: Readonly<Record<string, number>>,
  ...tasks: TaskInfo[]
): Operation {
  const executor = {
    executorId: { value: executorId },
    type: mesos.v1.ExecutorInfo.Type.DEFAULT,
    frameworkId: { value: frameworkId },
    resources: scalars(amounts),
  };
  return { type: LAUNCH_GROUP, launchGroup: { executor, taskGroup: { tasks } } };
}

/** Whether an offer has room for a group: what a group before it held may come back bit by bit. */
export function isBig({ resources }: Offer): boolean {
  const has = (name: string) => resources?.find((resource) => resource.name === name)?.scalar?.value ?? 0;
  return has('cpus') >= 1 && has('mem') >= 512 && has('disk') >= 512;
}
