import { type ExecutorCall, mesos, type TaskInfo, type TaskStatus } from '../../proto/index.js';

/**
 * What the agent does not have on its disk yet, and must be told again should it restart: updates that it has not
 * acknowledged, and tasks of which it has acknowledged no update.
 */
export class Unacknowledged {
  readonly #tasks = new Map<string, TaskInfo>();
  /** By uuid in hexadecimal, oldest first. */
  readonly #updates = new Map<string, TaskStatus>();

  get updates(): number {
    return this.#updates.size;
  }

  taskLaunched(task: TaskInfo): void {
    this.#tasks.set(task.taskId.value, task);
  }

  updateSent(status: TaskStatus & { readonly uuid: Uint8Array }): void {
    this.#updates.set(hex(status.uuid), status);
  }

  acknowledged(taskId: string, uuid: Uint8Array): void {
    this.#tasks.delete(taskId);
    this.#updates.delete(hex(uuid));
  }

  /** The body of SUBSCRIBE. */
  toSubscribe(): mesos.v1.executor.Call.Subscribe.$Properties {
    return {
      unacknowledgedTasks: [...this.#tasks.values()],
      unacknowledgedUpdates: [...this.#updates.values()].map((status) => ({ status })),
    };
  }
}

/** A SUBSCRIBE call of an executor. */
export function subscribeCall(
  identity: Pick<ExecutorCall, 'executorId' | 'frameworkId'>,
  unacknowledged: Unacknowledged,
): ExecutorCall {
  return { ...identity, type: mesos.v1.executor.Call.Type.SUBSCRIBE, subscribe: unacknowledged.toSubscribe() };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
