import type { ContainerID } from '../../proto/index.js';
import type { Agent } from '../agent.js';
import type { ExecutorRow, TaskRow } from '../tasks/rows.js';
import { hasEnded } from './task-view.js';

/** The live container beside which a session may run: that of an executor, or of a task inside it. */
export type ContainerPlace =
  | { readonly kind: 'executor'; readonly executor: ExecutorRow }
  | { readonly kind: 'task'; readonly task: TaskRow };

/** Finds the container that `id` names, outermost part first; undefined when none of that name is alive. */
export function findContainer(agent: Agent, id: ContainerID): ContainerPlace | undefined {
  for (const { executors } of agent.frameworks.values()) {
    for (const executor of executors.values()) {
      const task = [...executor.tasks.values()].find((row) => row.containerId === id.value && !hasEnded(row));
      if (task !== undefined && isInside(id, executor)) return { kind: 'task', task };
      if (executor.containerId === id.value && id.parent == null) return { kind: 'executor', executor };
    }
  }
  return undefined;
}

/** A task of a group has the executor's container around its own; others share the executor's. */
function isInside(id: ContainerID, executor: ExecutorRow): boolean {
  return id.parent == null ? id.value === executor.containerId : id.parent.value === executor.containerId;
}

/** `outer.inner`, as refusals name a container. */
export function containerName({ value, parent }: ContainerID): string {
  return parent == null ? value : `${containerName(parent)}.${value}`;
}
