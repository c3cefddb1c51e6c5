import type { ExecutorId, FrameworkId, TaskId } from '../../common/ids.js';
import { executorId } from '../../common/ids.js';
import type { StoreChange } from '../../common/store/store.js';
import { type FrameworkInfo, mesos, type TaskInfo, type TaskStatus } from '../../proto/index.js';
import { executorKey, frameworkKey, remove, taskKey } from '../checkpoint/records.js';
import type { ExecutorRow, FrameworkRow, TaskRow } from './rows.js';
import { isTerminal } from './task-state.js';

/** Completed frameworks and, of each executor, completed tasks that are kept to be looked at; as in the original. */
const MAX_COMPLETED_FRAMEWORKS = 50;
const MAX_COMPLETED_TASKS = 200;

/** What a removal leads to: changes on disk, and what has ended with it. */
export interface Removal {
  readonly changes: StoreChange[];
  readonly executor: ExecutorRow | undefined;
  readonly framework: FrameworkRow | undefined;
}

/** Everything the agent knows of frameworks, executors and tasks. Rows live here and nowhere else. */
export class Tables {
  readonly frameworks = new Map<FrameworkId, FrameworkRow>();
  readonly completedFrameworks: FrameworkRow[] = [];
  readonly #maxCompletedExecutors: number;

  constructor(maxCompletedExecutorsPerFramework: number) {
    this.#maxCompletedExecutors = maxCompletedExecutorsPerFramework;
  }

  /** The framework's row: known, back from the completed ones, or new. */
  framework(id: FrameworkId, info: FrameworkInfo): FrameworkRow {
    const known = this.frameworks.get(id) ?? this.#revive(id, info);
    if (known) return known;
    const row: FrameworkRow = {
      id,
      info,
      checkpoint: info.checkpoint ?? false,
      terminating: false,
      executors: new Map(),
      tasks: new Map(),
      completedExecutors: [],
    };
    this.frameworks.set(id, row);
    return row;
  }

  addExecutor(fields: Omit<ExecutorRow, 'tasks' | 'completedTasks' | 'nextGroup' | 'pid'>): ExecutorRow {
    const row: ExecutorRow = { ...fields, pid: undefined, tasks: new Map(), completedTasks: [], nextGroup: 0 };
    row.framework.executors.set(row.id, row);
    return row;
  }

  addTask(fields: Pick<TaskRow, 'id' | 'executor' | 'info' | 'group' | 'containerId' | 'directory'>): TaskRow {
    const { TASK_STAGING } = mesos.v1.TaskState;
    const row: TaskRow = {
      ...fields,
      state: TASK_STAGING,
      checkpointedState: TASK_STAGING,
      statuses: [],
      pid: undefined,
      phase: 'checkpointing',
      kill: undefined,
      startedAtWallMs: undefined,
    };
    row.executor.tasks.set(row.id, row);
    row.executor.framework.tasks.set(row.id, row);
    return row;
  }

  task(framework: FrameworkId, task: TaskId): TaskRow | undefined {
    return this.frameworks.get(framework)?.tasks.get(task);
  }

  executor(framework: FrameworkId, executor: ExecutorId): ExecutorRow | undefined {
    return this.frameworks.get(framework)?.executors.get(executor);
  }

  /** Every task that is not both terminal and acknowledged. */
  *tasks(): IterableIterator<TaskRow> {
    for (const framework of this.frameworks.values()) yield* framework.tasks.values();
  }

  *executors(): IterableIterator<ExecutorRow> {
    for (const framework of this.frameworks.values()) yield* framework.executors.values();
  }

  /** Takes a task off the tables, and with it whatever is over then. */
  removeTask(row: TaskRow): Removal {
    const { executor, id } = row;
    executor.tasks.delete(id);
    executor.framework.tasks.delete(id);
    keep(executor.completedTasks, row, MAX_COMPLETED_TASKS);
    const rest = this.removeExecutorIfOver(executor);
    return { ...rest, changes: [remove(taskKey(executor.framework.id, executor.id, id)), ...rest.changes] };
  }

  /** Takes an executor off the tables if it has ended and has no task left, and likewise its framework. */
  removeExecutorIfOver(executor: ExecutorRow): Removal {
    const { framework, id } = executor;
    const over =
      executor.state === 'terminated' && executor.tasks.size === 0 && framework.executors.get(id) === executor;
    if (!over) return { changes: [], executor: undefined, framework: undefined };
    framework.executors.delete(id);
    keep(framework.completedExecutors, executor, this.#maxCompletedExecutors);
    const changes = [remove(executorKey(framework.id, id))];
    if (framework.executors.size > 0) return { changes, executor, framework: undefined };
    this.frameworks.delete(framework.id);
    keep(this.completedFrameworks, framework, MAX_COMPLETED_FRAMEWORKS);
    return { changes: [...changes, remove(frameworkKey(framework.id))], executor, framework };
  }

  /** Whether a task is remembered to have ended and been acknowledged. */
  isCompleted(framework: FrameworkId, task: TaskId): boolean {
    const row = this.frameworks.get(framework) ?? this.completedFrameworks.find(({ id }) => id === framework);
    if (!row) return false;
    const executors = [...row.executors.values(), ...row.completedExecutors];
    return executors.some(({ completedTasks }) => completedTasks.some(({ id }) => id === task));
  }

  #revive(id: FrameworkId, info: FrameworkInfo): FrameworkRow | undefined {
    const at = this.completedFrameworks.findIndex((row) => row.id === id);
    const row = this.completedFrameworks[at];
    if (!row || row.checkpoint !== (info.checkpoint ?? false)) return undefined;
    this.completedFrameworks.splice(at, 1);
    row.terminating = false;
    this.frameworks.set(id, row);
    return row;
  }
}

/** Whether some task of the executor has not ended. */
export function hasLiveTasks(executor: ExecutorRow): boolean {
  return executor.tasks.values().some((task) => !isTerminal(task.state));
}

/** Keeps `status` as the newest of its state. */
export function noteStatus({ statuses }: TaskRow, { data: _, ...status }: TaskStatus): void {
  const at = statuses.findIndex(({ state }) => state === status.state);
  if (at >= 0) statuses.splice(at, 1);
  statuses.push(status);
}

/** The executor id that a task runs under: its executor's, or for a command task its own. */
export function executorIdOf(task: TaskInfo): ExecutorId {
  return executorId(task.executor?.executorId.value ?? task.taskId.value);
}

function keep<Row>(ring: Row[], row: Row, limit: number): void {
  ring.push(row);
  if (ring.length > limit) ring.splice(0, ring.length - limit);
}
