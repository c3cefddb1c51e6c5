import type { FrameworkId } from '../../common/ids.js';
import type { ExecutorInfo, Resource, TaskInfo } from '../../proto/index.js';

/** What a framework may leave out of a task: the role its resources are allocated to, the framework of its executor. */
export function completeTask(task: TaskInfo, frameworkId: FrameworkId, role: string): TaskInfo {
  const { resources, executor } = task;
  const own = executor && { frameworkId: { value: frameworkId }, ...completeExecutor(executor, role) };
  return { ...task, resources: allocate(resources, role), ...(own && { executor: own }) };
}

/** The same for an executor: resources without a role are allocated to `role`. */
export function completeExecutor(executor: ExecutorInfo, role: string): ExecutorInfo {
  return { ...executor, resources: allocate(executor.resources, role) };
}

function allocate(resources: readonly Resource[] | null | undefined, role: string): Resource[] {
  return (resources ?? []).map((resource) =>
    resource.allocationInfo ? resource : { ...resource, allocationInfo: { role } },
  );
}
