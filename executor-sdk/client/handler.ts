import type { AgentInfo, ExecutorInfo, FrameworkInfo, KillPolicy, TaskGroupInfo, TaskInfo } from '../../proto/index.js';

/** What the agent says of the executor that has subscribed. */
export interface ExecutorSession {
  readonly executor: ExecutorInfo;
  readonly framework: FrameworkInfo;
  readonly agent: AgentInfo;
  readonly containerId: string | undefined;
  /** False when the executor has subscribed again after the agent was away. */
  readonly first: boolean;
}

/** What an executor is told. All members are optional; tasks nobody takes are reported as failed. */
export interface ExecutorHandler {
  subscribed?(session: ExecutorSession): void;
  launch?(task: TaskInfo): void;
  /** All tasks of the group start together, and a failed one ends the others. */
  launchGroup?(group: TaskGroupInfo): void;
  kill?(taskId: string, policy: KillPolicy | undefined): void;
  /** The agent has an update on its disk and will see to it that the framework hears of it. */
  acknowledged?(taskId: string, uuid: Uint8Array): void;
  message?(data: Uint8Array): void;
  /**
   * The executor must end, within `graceMs`: stop the tasks, send their last updates, then call `finish`. After the
   * grace period the process exits whatever is left.
   */
  shutdown?(graceMs: number): void;
  /** The agent is away, perhaps restarting. Tasks go on. */
  disconnected?(reason: string): void;
}
