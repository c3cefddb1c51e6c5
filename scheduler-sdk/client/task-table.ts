import type { Clock } from '../../common/runtime/clock.js';
import type { StoreChange } from '../../common/store/store.js';
import type { KillPolicy, TaskInfo, TaskStatus } from '../../proto/index.js';
import type { FrameworkChange, FrameworkStore } from '../store/framework-store.js';
import { isTerminal, type LaunchedTask, stateOf } from '../store/launched-task.js';

type Changes = readonly StoreChange[];

/**
 * The tasks of a framework, in memory and on disk. Memory is changed when a write is queued, so that each record is
 * built on the one before; who must not act before it is durable waits for `done`.
 */
export class TaskTable {
  readonly #store: FrameworkStore;
  readonly #clock: Clock;
  readonly #endedKept: number;
  readonly #broken: (error: Error) => void;
  readonly #tasks = new Map<string, LaunchedTask>();
  /** Written down, but their ACCEPT has not left yet: the master cannot know them. */
  readonly #launching = new Set<string>();
  /** Ended tasks, oldest first. */
  readonly #ended = new Set<string>();

  /** `broken` is called when a write fails; `done` of that write is not. */
  constructor(store: FrameworkStore, clock: Clock, endedKept: number, broken: (error: Error) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#endedKept = endedKept;
    this.#broken = broken;
  }

  /** By task id: running ones, and the latest that ended. */
  get all(): ReadonlyMap<string, LaunchedTask> {
    return this.#tasks;
  }

  /** Takes over what an earlier process stored. */
  restore(tasks: ReadonlyMap<string, LaunchedTask>): void {
    for (const task of [...tasks.values()].sort((a, b) => a.changedAtMs - b.changedAtMs)) this.#put(task);
  }

  /** Tasks that the master may know and that have not ended. */
  unfinished(): LaunchedTask[] {
    return [...this.#tasks.values()].filter((task) => !isTerminal(stateOf(task)) && !this.#launching.has(task.taskId));
  }

  /** Whether the intent to launch is not yet on disk, so that the master cannot have heard of the task. */
  isLaunching(taskId: string): boolean {
    return this.#launching.has(taskId);
  }

  /** Writes down the intent to launch; `done` sends the ACCEPT. */
  launch(infos: readonly TaskInfo[], own: Changes, done: () => void): void {
    const tasks = infos.map((info) => this.#toTask(info));
    for (const task of tasks) {
      this.#put(task);
      this.#launching.add(task.taskId);
    }
    this.#write([...tasks.map(toChange), ...own.map(toOwnChange)], () => {
      for (const { taskId } of tasks) this.#launching.delete(taskId);
      done();
    });
  }

  /** Writes down a status that the framework has dealt with; `done` acknowledges it. */
  confirm(status: TaskStatus, own: Changes, done: () => void): void {
    const taskId = status.taskId.value;
    const before = this.#tasks.get(taskId);
    const task: LaunchedTask = {
      taskId,
      agentId: status.agentId?.value ?? before?.agentId,
      info: before?.info,
      status,
      uuid: status.uuid ?? before?.uuid,
      kill: before?.kill,
      changedAtMs: this.#clock.wallMs(),
    };
    this.#put(task);
    this.#write([toChange(task), ...this.#forgetOldest(), ...own.map(toOwnChange)], done);
  }

  /** Remembers that the framework wants a known task dead. */
  wantKill(known: LaunchedTask, policy: KillPolicy | undefined): void {
    const task: LaunchedTask = { ...known, kill: { policy }, changedAtMs: this.#clock.wallMs() };
    this.#put(task);
    this.#write([toChange(task)], () => {});
  }

  #toTask(info: TaskInfo): LaunchedTask {
    return {
      taskId: info.taskId.value,
      agentId: info.agentId.value,
      info,
      status: undefined,
      uuid: undefined,
      kill: undefined,
      changedAtMs: this.#clock.wallMs(),
    };
  }

  #put(task: LaunchedTask): void {
    this.#tasks.set(task.taskId, task);
    this.#ended.delete(task.taskId);
    if (isTerminal(stateOf(task))) this.#ended.add(task.taskId);
  }

  #forgetOldest(): FrameworkChange[] {
    const changes: FrameworkChange[] = [];
    for (const taskId of this.#ended) {
      if (this.#ended.size <= this.#endedKept) break;
      this.#ended.delete(taskId);
      this.#tasks.delete(taskId);
      changes.push({ kind: 'forget-task', taskId });
    }
    return changes;
  }

  #write(changes: readonly FrameworkChange[], done: () => void): void {
    this.#store.write(changes, (error) => (error === undefined ? done() : this.#broken(error)));
  }
}

function toChange(task: LaunchedTask): FrameworkChange {
  return { kind: 'task', task };
}

function toOwnChange(change: StoreChange): FrameworkChange {
  return { kind: 'own', change };
}
