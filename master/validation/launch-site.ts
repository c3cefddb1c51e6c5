import type { AgentId, ExecutorId, FrameworkId, TaskId } from '../../common/ids.js';
import type { Resources } from '../../common/resources/resources.js';
import type { ExecutorInfo, Task } from '../../proto/index.js';

/** Where tasks are about to be launched, as far as their validation must know. */
export interface LaunchSite {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  /** What the accepted offers still hold. */
  readonly available: Resources;
  /** Whether the agent can hold a task to limits above its resources. */
  readonly agentTakesLimits: boolean;
  /** Whether the framework has the id in use. */
  readonly hasTask: (id: TaskId) => boolean;
  readonly hasUnreachableTask: (id: TaskId) => boolean;
  /** The framework's executor of that id on the agent. */
  readonly runningExecutor: (id: ExecutorId) => ExecutorInfo | undefined;
  /** The framework's tasks under that executor on the agent, also those last seen there. */
  readonly tasksUnder: (id: ExecutorId) => readonly Task[];
}
