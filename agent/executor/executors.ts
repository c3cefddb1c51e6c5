import type { ContainerExit } from '../containerizer/containerizer.js';
import type { Core } from '../core.js';
import type { ExecutorRow, TaskRow } from '../tasks/rows.js';
import { isTerminal } from '../tasks/task-state.js';
import { BuiltInTasks, killGraceMs } from './built-in-tasks.js';
import { CustomExecutors } from './custom-executors.js';
import { TaskGroups } from './task-groups.js';

type KillPolicy = TaskRow['info']['killPolicy'];

/** The three kinds of executors behind one door. */
export class Executors {
  readonly builtIn: BuiltInTasks;
  readonly groups: TaskGroups;
  readonly custom: CustomExecutors;
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
    this.builtIn = new BuiltInTasks(core);
    this.groups = new TaskGroups(core, this.builtIn);
    this.custom = new CustomExecutors(core);
  }

  /** Starts tasks that are on disk, and their executor if it is new. */
  launch(executor: ExecutorRow, tasks: readonly TaskRow[]): void {
    if (executor.kind === 'custom') {
      if (executor.phase === 'checkpointing') this.custom.start(executor);
      this.custom.deliver(executor, tasks);
    } else {
      for (const task of tasks) this.builtIn.launch(task);
    }
  }

  /** Ends a task, and with it its group. */
  kill(task: TaskRow, policy: KillPolicy): void {
    if (isTerminal(task.state)) return;
    switch (task.executor.kind) {
      case 'custom':
        this.custom.kill(task, policy, killGraceMs(task, policy));
        return;
      case 'command':
        this.builtIn.kill(task, killGraceMs(task, policy));
        return;
      case 'default':
        this.builtIn.kill(task, killGraceMs(task, policy));
        this.groups.killGroup(task);
        return;
    }
  }

  /** Ends an executor and all its tasks, within its grace period. */
  shutdown(executor: ExecutorRow): void {
    if (executor.kind === 'custom') {
      this.custom.shutdown(executor);
      return;
    }
    if (executor.state === 'running') executor.state = 'terminating';
    for (const task of [...executor.tasks.values()]) {
      const graceMs = Math.min(killGraceMs(task), this.#core.options.executorShutdownGraceMs);
      this.builtIn.kill(task, graceMs);
    }
    if (executor.kind === 'default') this.groups.endIfIdle(executor);
  }

  /** The process of a container has ended. */
  exited(container: string, exit: ContainerExit): void {
    if (this.builtIn.exited(container, exit) || this.custom.exited(container, exit)) return;
    this.#core.log.debug('Ignoring the exit of a container that has been dealt with', { container });
  }

  taskEnded(task: TaskRow): void {
    if (task.executor.kind === 'command') this.endCommand(task.executor);
    if (task.executor.kind === 'default') this.groups.taskEnded(task);
  }

  taskRemoved(task: TaskRow): void {
    if (task.executor.kind === 'default') this.groups.endIfIdle(task.executor);
  }

  /** A command executor is over when its task is. */
  endCommand(executor: ExecutorRow): void {
    executor.state = 'terminated';
    this.#core.sweepExecutor(executor);
  }
}
