import { ACCEPTED, type CallOutcome, refused } from '../../common/call-outcome.js';
import { taskId } from '../../common/ids.js';
import type { Link } from '../../common/link.js';
import type { Timer } from '../../common/runtime/clock.js';
import { printDuration } from '../../common/runtime/duration.js';
import { type ExecutorCall, type ExecutorEvent, mesos, type TaskStatus } from '../../proto/index.js';
import type { ContainerExit, LaunchFailure, RecoveredContainer } from '../containerizer/containerizer.js';
import type { Core } from '../core.js';
import type { ExecutorRow, TaskRow } from '../tasks/rows.js';
import { hasLiveTasks } from '../tasks/tables.js';
import { isTerminal, mayMove } from '../tasks/task-state.js';
import { containerStatusOf } from './built-in-tasks.js';
import { movePhase } from './container-phase.js';
import { executorEnvironment, shutdownGraceMs, userOf } from './environment.js';
import { containerFailed, killedBeforeLaunch, type LaunchRefusal, launchFailed, lost } from './launch-refusal.js';
import { withRlimits } from './rlimits.js';
import { waitStatus } from './task-outcome.js';
import { unsupportedExecutor } from './unsupported.js';

const { Event } = mesos.v1.executor;
const { TASK_FAILED } = mesos.v1.TaskState;
const {
  REASON_EXECUTOR_TERMINATED,
  REASON_EXECUTOR_REGISTRATION_TIMEOUT,
  REASON_EXECUTOR_REREGISTRATION_TIMEOUT,
  REASON_AGENT_RESTARTED,
} = mesos.v1.TaskStatus.Reason;

const TERMINATED: LaunchRefusal = {
  state: TASK_FAILED,
  fields: { message: 'Executor terminated', reason: REASON_EXECUTOR_TERMINATED },
};

/** The agent's side of one executor program. */
interface Session {
  readonly row: ExecutorRow;
  link: Link<ExecutorEvent> | undefined;
  /** Registration or re-registration, or the grace period of a shutdown. */
  deadline: Timer | undefined;
  heartbeat: Timer | undefined;
  /** How tasks end that the executor leaves behind. */
  epitaph: LaunchRefusal;
}

/** Programs of frameworks that speak the executor API: one container each, and a stream of events to it. */
export class CustomExecutors {
  readonly #core: Core;
  readonly #sessions = new Map<string, Session>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Starts the program of an executor that is on disk. */
  start(row: ExecutorRow): void {
    if (row.phase !== 'checkpointing') return;
    const session = this.#open(row);
    if (row.state === 'terminating') {
      this.#ended(session, TERMINATED, undefined); // told to end before it began
      return;
    }
    row.phase = movePhase(row.phase, 'launching');
    const unsupported = unsupportedExecutor(row.info);
    if (unsupported !== undefined) {
      this.#ended(session, containerFailed(unsupported), undefined);
      return;
    }
    const user = userOf(this.#core, row, row.info.command);
    const spec = {
      containerId: row.containerId,
      command: withRlimits(row.info.command ?? {}, row.info.container),
      environment: executorEnvironment(this.#core, row),
      directory: row.directory,
      ...(user !== undefined && { user }),
    };
    this.#core.ports.containerizer.launch(spec, (outcome) => {
      if (row.phase !== 'launching') return;
      if ('pid' in outcome) this.#running(session, outcome.pid);
      else this.#failed(session, outcome);
    });
  }

  /** Takes up an executor that was on disk when the agent started. */
  recover(row: ExecutorRow, found: RecoveredContainer | undefined, rebooted: boolean): void {
    if (found?.state === 'never-started' && !rebooted) {
      for (const task of row.tasks.values()) if (!isTerminal(task.state)) task.phase = 'launching';
      this.start(row);
      return;
    }
    const session = this.#open(row);
    row.phase = 'launching';
    for (const task of row.tasks.values()) task.phase = isTerminal(task.state) ? 'ended' : 'running';
    if (rebooted) {
      const message = "Executor did not reregister: the agent's host has rebooted";
      session.epitaph = { state: TASK_FAILED, fields: { message, reason: REASON_AGENT_RESTARTED } };
    }
    if (found?.state === 'running' && !rebooted) {
      row.phase = 'running';
      row.pid = found.pid;
      this.#await(
        session,
        this.#core.options.executorReregistrationTimeoutMs,
        'reregister',
        REASON_EXECUTOR_REREGISTRATION_TIMEOUT,
      );
    } else {
      this.exited(row.containerId, found?.state === 'exited' ? found.exit : { kind: 'unknown' });
    }
  }

  /** Hands tasks that are on disk to the executor, now or when it subscribes. */
  deliver(executor: ExecutorRow, tasks: readonly TaskRow[]): void {
    for (const task of tasks) {
      if (task.phase !== 'checkpointing') continue;
      if (task.kill) this.#end(task, killedBeforeLaunch(task.group !== undefined));
      else if (executor.state === 'terminating' || executor.state === 'terminated') {
        this.#end(task, this.#sessions.get(executor.containerId)?.epitaph ?? TERMINATED);
      } else task.phase = movePhase(task.phase, 'launching');
    }
    const session = this.#sessions.get(executor.containerId);
    if (session?.link) this.#flush(session);
    else this.#shutDownUnused(executor);
  }

  /** Passes a kill on; a task that the executor has not got yet is ended here, with its group. */
  kill(task: TaskRow, policy: mesos.v1.KillPolicy.$Properties | null | undefined, graceMs: number): void {
    task.kill ??= { atWallMs: this.#core.ports.clock.wallMs(), graceMs };
    if (task.phase === 'launching') {
      const group = [...task.executor.tasks.values()].filter(
        (other) =>
          other === task || (task.group !== undefined && other.group === task.group && other.phase === 'launching'),
      );
      for (const each of group) this.#end(each, killedBeforeLaunch(task.group !== undefined));
      this.#shutDownUnused(task.executor);
      return;
    }
    this.#core.commitTask(task, () => {
      const session = this.#sessions.get(task.executor.containerId);
      if (session && task.phase === 'running') this.#sendKill(session, task, policy);
    });
  }

  /** A message of the framework for its executor; lost when it is not subscribed. */
  message(executor: ExecutorRow, data: Uint8Array): void {
    const link = this.#sessions.get(executor.containerId)?.link;
    if (link) link.send({ type: Event.Type.MESSAGE, message: { data } });
    else this.#core.log.warn('Dropping a message for an executor that is not subscribed', idsOf(executor));
  }

  /** Asks the program to end, and ends it after its grace period; at once if it cannot be asked. */
  shutdown(row: ExecutorRow): void {
    if (row.state === 'terminating' || row.state === 'terminated') return;
    row.state = 'terminating';
    const session = this.#sessions.get(row.containerId);
    if (!session) return; // not on disk yet: it will not be started
    session.deadline?.cancel();
    const { clock, containerizer } = this.#core.ports;
    if (!session.link) {
      containerizer.destroy(row.containerId);
      return;
    }
    session.link.send({ type: Event.Type.SHUTDOWN });
    const graceMs = shutdownGraceMs(row, this.#core.options.executorShutdownGraceMs);
    session.deadline = clock.after(graceMs, () => containerizer.destroy(row.containerId));
  }

  /** The process of a container has ended. Says whether it was an executor's. */
  exited(id: string, exit: ContainerExit): boolean {
    const session = this.#sessions.get(id);
    if (!session) return false;
    this.#ended(session, session.epitaph, waitStatus(exit));
    return true;
  }

  /** A SUBSCRIBE that is well formed and comes from the right program. */
  subscribe(row: ExecutorRow, call: ExecutorCall, link: Link<ExecutorEvent>): CallOutcome {
    const session = this.#sessions.get(row.containerId);
    if (!session || row.state === 'terminated') return refused(400, 'Executor cannot be found');
    this.#disconnect(session);
    session.link = link;
    this.#core.log.info('Executor subscribed', idsOf(row));
    if (row.state === 'terminating') {
      link.send({ type: Event.Type.SHUTDOWN });
      return ACCEPTED;
    }
    const reconnecting =
      row.state === 'registering' && session.row.tasks.values().some(({ phase }) => phase === 'running');
    row.state = 'running';
    session.deadline?.cancel();
    this.#beat(session);
    link.send({
      type: Event.Type.SUBSCRIBED,
      subscribed: {
        executorInfo: row.info,
        frameworkInfo: row.framework.info,
        agentInfo: this.#core.info,
        containerId: { value: row.containerId },
      },
    });
    for (const { status } of call.subscribe?.unacknowledgedUpdates ?? []) this.update(row, status);
    if (reconnecting) this.#dropUnreceived(row, call);
    this.#flush(session);
    for (const task of row.tasks.values()) {
      if (task.kill && task.phase === 'running') this.#sendKill(session, task, undefined);
    }
    return ACCEPTED;
  }

  /** An UPDATE that is well formed. It is acknowledged to the executor once it is on disk. */
  update(row: ExecutorRow, status: TaskStatus): CallOutcome {
    const id = taskId(status.taskId.value);
    const uuid = status.uuid ?? new Uint8Array();
    const acknowledge = () => {
      const link = this.#sessions.get(row.containerId)?.link;
      link?.send({ type: Event.Type.ACKNOWLEDGED, acknowledged: { taskId: { value: id }, uuid } });
    };
    const task = row.tasks.get(id);
    if (!task) {
      if (!row.completedTasks.some((completed) => completed.id === id)) {
        return refused(400, `Cannot update task '${id}': executor '${row.id}' was given no such task`);
      }
      acknowledge(); // it repeats what it did not hear the acknowledgement of
      return ACCEPTED;
    }
    if (this.#core.updates.knows(row.framework.id, id, uuid) || !mayMove(task.state, status.state)) {
      this.#core.log.info('Not forwarding an update that is repeated or comes after the end', {
        ...idsOf(row),
        task: id,
      });
      this.#core.commit(row.framework.checkpoint, [], acknowledge); // behind the write of the first
      return ACCEPTED;
    }
    task.phase = isTerminal(status.state) ? 'ended' : 'running';
    const filled: TaskStatus = {
      ...status,
      agentId: { value: this.#core.agentId },
      executorId: { value: row.id },
      timestamp: status.timestamp ?? this.#core.ports.clock.wallMs() / 1000,
      containerStatus: { ...containerStatusOf(task, this.#core.options.ip), ...given(status.containerStatus) },
    };
    this.#core.emitAll(task, [filled], [], acknowledge);
    return ACCEPTED;
  }

  /** The connection that `link` wrote to is gone; the executor may come back. */
  disconnected(link: Link<ExecutorEvent>): void {
    for (const session of this.#sessions.values()) {
      if (session.link !== link) continue;
      this.#core.log.info('Executor disconnected', idsOf(session.row));
      this.#disconnect(session);
    }
  }

  #running(session: Session, pid: number): void {
    const { row } = session;
    row.phase = movePhase(row.phase, 'running');
    row.pid = pid;
    if (row.state !== 'registering') return;
    this.#await(
      session,
      this.#core.options.executorRegistrationTimeoutMs,
      'register',
      REASON_EXECUTOR_REGISTRATION_TIMEOUT,
    );
  }

  #await(session: Session, limitMs: number, verb: string, reason: mesos.v1.TaskStatus.Reason): void {
    session.deadline = this.#core.ports.clock.after(limitMs, () => {
      const message = `Executor did not ${verb} within ${printDuration(limitMs)}`;
      this.#core.log.warn('Ending an executor that did not subscribe in time', idsOf(session.row));
      session.epitaph = { state: TASK_FAILED, fields: { message, reason } };
      session.row.state = 'terminating';
      this.#core.ports.containerizer.destroy(session.row.containerId);
    });
  }

  #failed(session: Session, failure: LaunchFailure): void {
    this.#ended(session, launchFailed(failure, session.row.framework.info), undefined);
  }

  #ended(session: Session, epitaph: LaunchRefusal, status: number | undefined): void {
    const { row } = session;
    session.deadline?.cancel();
    this.#disconnect(session);
    session.epitaph = epitaph;
    row.phase = movePhase(row.phase, 'ended');
    row.state = 'terminated';
    this.#sessions.delete(row.containerId);
    if (!row.framework.terminating) this.#core.executorExited(row, status);
    for (const task of [...row.tasks.values()]) if (!isTerminal(task.state)) this.#end(task, epitaph);
    this.#core.sweepExecutor(row);
  }

  #end(task: TaskRow, { state, fields }: LaunchRefusal): void {
    if (task.phase !== 'ended') task.phase = movePhase(task.phase, 'ended');
    if (!isTerminal(task.state)) this.#core.emit(task, state, fields);
  }

  /** After a restart nobody knows whether a task was delivered, except the executor: what it has not heard of was not. */
  #dropUnreceived(row: ExecutorRow, call: ExecutorCall): void {
    const received = new Set((call.subscribe?.unacknowledgedTasks ?? []).map(({ taskId: id }) => id.value));
    for (const task of [...row.tasks.values()]) {
      const unheard = task.phase === 'running' && task.statuses.length === 0 && !received.has(task.id);
      if (unheard)
        this.#end(task, lost(row.framework.info, 'Task launched during agent restart', REASON_AGENT_RESTARTED));
    }
  }

  /** Sends what waits for the executor: single tasks one by one, groups whole. */
  #flush({ row, link }: Session): void {
    const groups = new Map<number, TaskRow[]>();
    for (const task of row.tasks.values()) {
      if (task.phase !== 'launching') continue;
      task.phase = movePhase(task.phase, 'running');
      if (task.group === undefined) link?.send({ type: Event.Type.LAUNCH, launch: { task: task.info } });
      else groups.set(task.group, [...(groups.get(task.group) ?? []), task]);
    }
    for (const tasks of groups.values()) {
      const taskGroup = { tasks: tasks.map(({ info }) => info) };
      link?.send({ type: Event.Type.LAUNCH_GROUP, launchGroup: { taskGroup } });
    }
  }

  #sendKill({ link }: Session, task: TaskRow, policy: mesos.v1.KillPolicy.$Properties | null | undefined): void {
    link?.send({ type: Event.Type.KILL, kill: { taskId: { value: task.id }, ...(policy && { killPolicy: policy }) } });
  }

  /** An executor all of whose tasks were killed before it got any has no reason to be. */
  #shutDownUnused(row: ExecutorRow): void {
    if (row.state === 'registering' && !hasLiveTasks(row)) this.shutdown(row);
  }

  #beat(session: Session): void {
    session.heartbeat?.cancel();
    session.heartbeat = this.#core.ports.clock.after(this.#core.options.heartbeatMs, () => {
      session.link?.send({ type: Event.Type.HEARTBEAT });
      this.#beat(session);
    });
  }

  #disconnect(session: Session): void {
    session.heartbeat?.cancel();
    session.link?.close();
    session.link = undefined;
  }

  #open(row: ExecutorRow): Session {
    const session: Session = { row, link: undefined, deadline: undefined, heartbeat: undefined, epitaph: TERMINATED };
    this.#sessions.set(row.containerId, session);
    return session;
  }
}

const idsOf = (row: ExecutorRow) => ({ framework: row.framework.id, executor: row.id });

/** The fields that are really there: executors may leave any of them out. */
function given<Shape extends object>(shape: Shape | null | undefined): Partial<Shape> {
  const present = Object.entries(shape ?? {}).filter(
    ([, value]) => value != null && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(present) as Partial<Shape>;
}
