import { mesos } from '../../proto/index.js';
import type { Core } from '../core.js';
import type { ExecutorRow, TaskRow } from '../tasks/rows.js';
import { hasLiveTasks } from '../tasks/tables.js';
import { isTerminal } from '../tasks/task-state.js';
import { type BuiltInTasks, killGraceMs } from './built-in-tasks.js';

const { TASK_FINISHED } = mesos.v1.TaskState;

/** How long an executor whose tasks have ended waits for their acknowledgements, so that its own end is told last. */
const LINGER_MS = 1_000;

/** Wait status of a built-in executor: it always ends well. */
const ENDED_WELL = 0;

/** The default executor's own rules: a group stands and falls together, and the executor ends with its last task. */
export class TaskGroups {
  readonly #core: Core;
  readonly #builtIn: BuiltInTasks;
  readonly #lingering = new Set<ExecutorRow>();

  constructor(core: Core, builtIn: BuiltInTasks) {
    this.#core = core;
    this.#builtIn = builtIn;
  }

  /** A task has ended: one that did not finish takes its group along. */
  taskEnded(task: TaskRow): void {
    if (task.state !== TASK_FINISHED) this.killGroup(task);
    this.endIfIdle(task.executor);
  }

  /** Ends the other tasks of a task's group. */
  killGroup(task: TaskRow): void {
    if (task.group === undefined) return;
    for (const other of task.executor.tasks.values()) {
      if (other !== task && other.group === task.group && !other.kill) this.#builtIn.kill(other, killGraceMs(other));
    }
  }

  /** Ends the executor once none of its tasks lives: when all are acknowledged, or a little later regardless. */
  endIfIdle(executor: ExecutorRow): void {
    if (executor.state === 'terminated' || hasLiveTasks(executor)) return;
    if (executor.tasks.size === 0) {
      this.#end(executor);
      return;
    }
    if (this.#lingering.has(executor)) return;
    this.#lingering.add(executor);
    this.#core.ports.clock.after(LINGER_MS, () => {
      this.#lingering.delete(executor);
      if (executor.state !== 'terminated' && !hasLiveTasks(executor)) this.#end(executor);
    });
  }

  /** After a restart: a group whose end was under way ends now. */
  recovered(executor: ExecutorRow): void {
    for (const task of executor.tasks.values()) {
      if (isTerminal(task.state) && task.state !== TASK_FINISHED) this.killGroup(task);
    }
    this.endIfIdle(executor);
  }

  #end(executor: ExecutorRow): void {
    executor.state = 'terminated';
    if (!executor.framework.terminating) this.#core.executorExited(executor, ENDED_WELL);
    this.#core.sweepExecutor(executor);
  }
}
