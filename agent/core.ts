import type { AgentId, FrameworkId, TaskId } from '../common/ids.js';
import type { Logger } from '../common/runtime/logger.js';
import { uuidBytes } from '../common/runtime/random.js';
import type { StoreChange } from '../common/store/store.js';
import { type AgentInfo, type AgentMessage, type FrameworkInfo, mesos, type TaskStatus } from '../proto/index.js';
import { taskRecord } from './checkpoint/records.js';
import type { AgentOptions, AgentPorts } from './ports.js';
import { UpdateStreams } from './status-updates/update-streams.js';
import { Counters } from './tasks/counters.js';
import type { ExecutorRow, FrameworkRow, TaskRow } from './tasks/rows.js';
import { noteStatus, type Removal, Tables } from './tasks/tables.js';
import { isTerminal, moveTask } from './tasks/task-state.js';

type TaskState = mesos.v1.TaskState;
const { TaskState } = mesos.v1;
const { SOURCE_AGENT } = mesos.v1.TaskStatus.Source;

/** What a status says beyond what its task and the moment determine. */
export type StatusFields = Partial<Omit<TaskStatus, 'taskId' | 'state' | 'agentId' | 'executorId'>>;

/** What happens elsewhere when something ended. */
interface CoreEvents {
  /** A task has reached a terminal state (not yet acknowledged). */
  taskEnded(task: TaskRow): void;
  /** A task has been taken off the tables. */
  taskRemoved(task: TaskRow): void;
  /** A framework has nothing left on this agent. */
  frameworkEnded(framework: FrameworkRow): void;
}

/** What all parts of the agent share: ports, tables, the one way to disk and the one way to change a task's state. */
export class Core {
  readonly ports: AgentPorts;
  readonly options: AgentOptions;
  readonly log: Logger;
  readonly tables: Tables;
  readonly updates: UpdateStreams;
  readonly counters = new Counters();
  /** What the agent registers with; has an id from the first registration on. */
  info: AgentInfo;
  /** Sends to the master when registered, otherwise does nothing. */
  send: (message: AgentMessage) => void = () => {};
  events: CoreEvents = { taskEnded: () => {}, taskRemoved: () => {}, frameworkEnded: () => {} };

  constructor(ports: AgentPorts, options: AgentOptions) {
    this.ports = ports;
    this.options = options;
    this.log = ports.logger;
    this.info = options.info;
    this.tables = new Tables(options.maxCompletedExecutorsPerFramework);
    this.updates = new UpdateStreams({
      clock: ports.clock,
      log: ports.logger,
      commit: (checkpoint, changes, then) => this.commit(checkpoint, changes, then),
      forward: (update) => this.send({ update }),
      settled: (framework, task) => this.#settled(framework, task),
    });
  }

  get agentId(): AgentId {
    return (this.info.id?.value ?? '') as AgentId;
  }

  /**
   * Makes changes durable, then goes on in a later turn, in the order of the calls. Without `checkpoint` nothing is
   * written but the order holds. A store that fails ends the agent: nothing may be acted upon that is not on disk.
   */
  commit(checkpoint: boolean, changes: readonly StoreChange[], then: () => void): void {
    this.ports.store.write(checkpoint ? changes : [], (error) => {
      if (!error) return then();
      this.log.error('Cannot write a checkpoint', { error });
      this.ports.fatal(
        `Cannot write a checkpoint: ${error.message}; containers go on, start the agent again once mended`,
      );
    });
  }

  /** A status of the task as it is made now. */
  status(task: TaskRow, state: TaskState, fields: StatusFields): TaskStatus {
    return this.looseStatus(task.id, task.executor.id, state, fields);
  }

  /** The same for a task that has no row. */
  looseStatus(task: string, executor: string | undefined, state: TaskState, fields: StatusFields): TaskStatus {
    return {
      taskId: { value: task },
      state,
      agentId: { value: this.agentId },
      ...(executor !== undefined && { executorId: { value: executor } }),
      source: SOURCE_AGENT,
      timestamp: this.ports.clock.wallMs() / 1000,
      uuid: uuidBytes(this.ports.random.uuid()),
      ...fields,
    };
  }

  /** Moves the task to `state` and tells so; see `emitAll`. */
  emit(task: TaskRow, state: TaskState, fields: StatusFields = {}, changes: readonly StoreChange[] = []): void {
    this.emitAll(task, [this.status(task, state, fields)], changes);
  }

  /**
   * Moves the task through `statuses`, checkpoints them with `changes` in one step and queues them for the master;
   * `durable` is called when they are on disk. For a framework that is being shut down nothing is told, and a task that
   * ends is simply removed.
   */
  emitAll(
    task: TaskRow,
    statuses: readonly [TaskStatus, ...TaskStatus[]],
    changes: readonly StoreChange[] = [],
    durable: () => void = () => {},
  ): void {
    for (const status of statuses) this.#apply(task, status);
    const { framework } = task.executor;
    const ended = isTerminal(task.state);
    if (!framework.terminating) {
      this.updates.append(framework, statuses, changes, () => {
        task.checkpointedState = statuses.at(-1)?.state ?? task.checkpointedState;
        durable();
      });
    } else if (!ended) this.commit(framework.checkpoint, changes, durable);
    if (ended) this.events.taskEnded(task);
    if (ended && framework.terminating) this.settleSilently(task);
  }

  /** Removes an ended task that nobody will acknowledge. */
  settleSilently(task: TaskRow): void {
    const removal = this.tables.removeTask(task);
    this.commit(task.executor.framework.checkpoint, removal.changes, () => this.#removed(task, removal));
    this.events.taskRemoved(task);
  }

  /** Removes an executor if it is over, from disk too. */
  sweepExecutor(executor: ExecutorRow): void {
    const removal = this.tables.removeExecutorIfOver(executor);
    if (!removal.executor) return;
    this.commit(executor.framework.checkpoint, removal.changes, () => this.#removed(undefined, removal));
  }

  /** Tells the master of an executor that has ended; command executors are the agent's own business. */
  executorExited(executor: ExecutorRow, waitStatus: number | undefined): void {
    if (executor.kind === 'command') return;
    this.send({
      executorExited: {
        frameworkId: { value: executor.framework.id },
        executorId: { value: executor.id },
        ...(waitStatus !== undefined && { status: waitStatus }),
      },
    });
  }

  /** Checkpoints the row as it stands, then goes on. */
  commitTask(task: TaskRow, then: () => void): void {
    this.commit(task.executor.framework.checkpoint, [taskRecord(task)], then);
  }

  #apply(task: TaskRow, status: TaskStatus): void {
    const from = task.state;
    task.state = moveTask(from, status.state);
    noteStatus(task, status);
    this.counters.count('valid_status_updates');
    if (isTerminal(task.state)) this.counters.countTaskEnd(TaskState[task.state]);
    this.log.info('Task has a new state', {
      framework: task.executor.framework.id,
      task: task.id,
      from: TaskState[from],
      to: TaskState[task.state],
      ...(status.message != null && { why: status.message }),
    });
  }

  #settled(framework: FrameworkId, id: TaskId): { changes: StoreChange[]; proceed(): void } {
    const task = this.tables.task(framework, id);
    if (!task || !isTerminal(task.state)) return { changes: [], proceed: () => {} };
    const removal = this.tables.removeTask(task);
    return {
      changes: removal.changes,
      proceed: () => {
        this.#removed(task, removal);
        this.events.taskRemoved(task);
      },
    };
  }

  /** Only now that the disk knows nothing of them may the containerizer forget them too. */
  #removed(task: TaskRow | undefined, { executor, framework }: Removal): void {
    if (task && task.executor.kind !== 'custom') this.ports.containerizer.forget(task.containerId);
    if (executor) {
      this.counters.count('executors_terminated');
      if (executor.kind === 'custom') this.ports.containerizer.forget(executor.containerId);
      this.ports.sandboxEnded(executor.directory, this.ports.clock.wallMs());
    }
    if (framework) this.events.frameworkEnded(framework);
  }
}

/** Whether the framework declared a capability. */
export function isCapable(info: FrameworkInfo, capability: mesos.v1.FrameworkInfo.Capability.Type): boolean {
  return (info.capabilities ?? []).some(({ type }) => type === capability);
}
