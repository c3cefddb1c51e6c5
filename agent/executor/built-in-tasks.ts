import { containerId } from '../../common/ids.js';
import type { Timer } from '../../common/runtime/clock.js';
import { type ContainerStatus, mesos, type TaskStatus } from '../../proto/index.js';
import { taskRecord } from '../checkpoint/records.js';
import type { ContainerExit, LaunchFailure, RecoveredContainer } from '../containerizer/containerizer.js';
import { type Core, isCapable, type StatusFields } from '../core.js';
import type { KillReason, KillRequest, TaskRow } from '../tasks/rows.js';
import { isTerminal } from '../tasks/task-state.js';
import { checkStatus, probeAddress } from './checks/probe-spec.js';
import { startChecks } from './checks/task-checks.js';
import { movePhase } from './container-phase.js';
import { taskEnvironment, userOf } from './environment.js';
import { containerFailed, killedBeforeLaunch, type LaunchRefusal, launchFailed } from './launch-refusal.js';
import { withRlimits } from './rlimits.js';
import { SIGTERM } from './signals.js';
import { taskOutcome } from './task-outcome.js';
import { unsupportedTask } from './unsupported.js';

const { TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_FAILED, TASK_KILLED } = mesos.v1.TaskState;
const { SOURCE_EXECUTOR } = mesos.v1.TaskStatus.Source;
const {
  REASON_TASK_HEALTH_CHECK_STATUS_UPDATED,
  REASON_TASK_CHECK_STATUS_UPDATED,
  REASON_MAX_COMPLETION_TIME_REACHED,
  REASON_AGENT_RESTARTED,
} = mesos.v1.TaskStatus.Reason;
const { TASK_KILLING_STATE } = mesos.v1.FrameworkInfo.Capability.Type;

/** Grace between SIGTERM and SIGKILL where neither the kill nor the task names one; as in the original. */
const DEFAULT_KILL_GRACE_MS = 3_000;

/** What runs beside a task's process and must not outlive it. */
interface Attendance {
  readonly row: TaskRow;
  killTimer: Timer | undefined;
  completionTimer: Timer | undefined;
  stopChecks: () => void;
  /** The kill is on disk and may be acted upon. */
  mayKill: boolean;
  healthy: boolean | undefined;
  check: TaskStatus['checkStatus'];
}

/**
 * The built-in executors' tasks, of commands and of task groups alike: each is one container, from its checkpointed
 * launch to its end. A launch is idempotent by container id, so whatever the agent dies in the middle of, the next agent
 * does again, and nothing runs twice.
 */
export class BuiltInTasks {
  readonly #core: Core;
  readonly #attended = new Map<string, Attendance>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Starts a task that is on disk, unless a kill was faster. */
  launch(row: TaskRow): void {
    if (row.phase !== 'checkpointing') return;
    if (row.kill) {
      this.#refuse(row, killedBeforeLaunch(row.group !== undefined));
      return;
    }
    const unsupported = unsupportedTask(row.info, row.executor.info);
    if (unsupported !== undefined) {
      this.#refuse(row, containerFailed(unsupported));
      return;
    }
    row.phase = movePhase(row.phase, 'launching');
    this.#attend(row);
    const command = row.info.command ?? {};
    const user = userOf(this.#core, row.executor, command);
    const spec = {
      containerId: row.containerId,
      command: withRlimits(command, row.info.container),
      environment: taskEnvironment(this.#core, row),
      directory: row.directory,
      ...(user !== undefined && { user }),
    };
    this.#core.ports.containerizer.launch(spec, (outcome) => {
      if (row.phase !== 'launching') return; // its exit was faster
      if ('pid' in outcome) this.#running(row, outcome.pid);
      else this.#failed(row, outcome);
    });
  }

  /**
   * Ends a task: SIGTERM to its group, SIGKILL after the grace period. A second request may move the end of the grace
   * period, counted from the first.
   */
  kill(row: TaskRow, graceMs: number, reason?: KillReason): void {
    if (isTerminal(row.state)) return;
    const core = this.#core;
    const first = row.kill === undefined;
    const request: KillRequest = row.kill
      ? { ...row.kill, graceMs }
      : { atWallMs: core.ports.clock.wallMs(), graceMs, ...(reason && { reason }) };
    row.kill = request;
    const act = () => {
      const attendance = this.#attended.get(row.containerId);
      if (!attendance) return;
      attendance.mayKill = true;
      this.#actOnKill(attendance);
    };
    if (first && row.phase === 'running' && isCapable(row.executor.framework.info, TASK_KILLING_STATE)) {
      const why = reason === 'max-completion-time' ? { reason: REASON_MAX_COMPLETION_TIME_REACHED } : {};
      const unwell = reason === 'unhealthy' ? { healthy: false } : {};
      const status = core.status(row, TASK_KILLING, { ...this.#executorFields(row), ...why, ...unwell });
      core.emitAll(row, [status], [taskRecord(row)], act);
    } else {
      core.commitTask(row, act);
    }
  }

  /** The process of a container has ended. Says whether it was one of ours. */
  exited(id: string, exit: ContainerExit): boolean {
    const attendance = this.#attended.get(id);
    if (!attendance) return false;
    const { row } = attendance;
    if (row.phase === 'launching') this.#running(row, undefined); // it did run, though nobody told its pid
    this.#leave(attendance);
    row.phase = movePhase(row.phase, 'ended');
    const { state, fields } = taskOutcome(exit, row.kill && (row.kill.reason ?? 'asked'));
    const lostWhileKilled = exit.kind === 'unknown' && row.kill && row.kill.reason === undefined;
    this.#core.emit(row, lostWhileKilled ? TASK_KILLED : state, { ...this.#executorFields(row, true), ...fields });
    return true;
  }

  /** Takes up a task that was on disk when the agent started. `rebooted`: no process of then can be alive. */
  recover(row: TaskRow, found: RecoveredContainer | undefined, rebooted: boolean): void {
    if (isTerminal(row.state)) {
      row.phase = 'ended';
      return;
    }
    if (rebooted && !(found?.state === 'exited' && found.exit.kind !== 'unknown')) {
      row.phase = 'ended';
      const message = "Executor did not reregister: the agent's host has rebooted";
      this.#core.emit(row, TASK_FAILED, { message, reason: REASON_AGENT_RESTARTED });
      return;
    }
    if (found?.state === 'never-started') {
      this.launch(row);
      return;
    }
    row.phase = 'launching';
    const attendance = this.#attend(row);
    attendance.mayKill = row.kill !== undefined;
    if (found?.state === 'running') this.#running(row, found.pid);
    else this.exited(row.containerId, found?.exit ?? { kind: 'unknown' });
  }

  #running(row: TaskRow, pid: number | undefined): void {
    const { clock } = this.#core.ports;
    row.phase = movePhase(row.phase, 'running');
    row.pid = pid;
    if (row.executor.kind === 'command') row.executor.pid = pid;
    if (row.startedAtWallMs === undefined) {
      row.startedAtWallMs = clock.wallMs();
      const fields = this.#executorFields(row);
      const starting = this.#core.status(row, TASK_STARTING, fields);
      this.#core.emitAll(row, [starting, this.#core.status(row, TASK_RUNNING, fields)], [taskRecord(row)]);
    }
    const attendance = this.#attended.get(row.containerId);
    if (!attendance || pid === undefined) return;
    this.#watch(attendance, Math.max(0, clock.wallMs() - row.startedAtWallMs));
    this.#actOnKill(attendance);
  }

  #watch(attendance: Attendance, runningMs: number): void {
    const { row } = attendance;
    const { ports } = this.#core;
    const limit = row.info.maxCompletionTime;
    if (limit && !row.kill) {
      const leftMs = Math.max(0, limit.nanoseconds / 1e6 - runningMs);
      attendance.completionTimer = ports.clock.after(leftMs, () => {
        if (!row.kill) this.kill(row, 0, 'max-completion-time');
      });
    }
    const { containerId: id, directory } = row;
    const user = userOf(this.#core, row.executor, row.info.command);
    const environment = taskEnvironment(this.#core, row);
    const place = {
      address: probeAddress(this.#core.options.ip),
      inside: { containerId: id, directory, environment, ...(user !== undefined && { user }) },
    };
    attendance.stopChecks = startChecks(ports, row.info, place, runningMs, {
      health: (healthy, kill) => this.#health(attendance, healthy, kill),
      checked: (status) => {
        attendance.check = status;
        this.#tellChecks(attendance, REASON_TASK_CHECK_STATUS_UPDATED);
      },
    });
  }

  #health(attendance: Attendance, healthy: boolean, kill: boolean): void {
    attendance.healthy = healthy;
    this.#tellChecks(attendance, REASON_TASK_HEALTH_CHECK_STATUS_UPDATED);
    const { row } = attendance;
    if (kill && !row.kill) this.kill(row, killGraceMs(row), 'unhealthy');
  }

  #tellChecks({ row, healthy, check }: Attendance, reason: mesos.v1.TaskStatus.Reason): void {
    if (row.kill) return; // the task is on its way out
    this.#core.emit(row, TASK_RUNNING, {
      ...this.#executorFields(row),
      ...(healthy !== undefined && { healthy }),
      ...(check && { checkStatus: check }),
      reason,
    });
  }

  #actOnKill(attendance: Attendance): void {
    const { row } = attendance;
    const { clock, containerizer } = this.#core.ports;
    if (!row.kill || !attendance.mayKill) return;
    if (row.phase === 'launching') {
      containerizer.destroy(row.containerId);
      return;
    }
    if (row.phase !== 'running') return;
    attendance.stopChecks();
    attendance.completionTimer?.cancel();
    attendance.killTimer?.cancel();
    const { atWallMs, graceMs } = row.kill;
    const leftMs = Math.min(graceMs, Math.max(0, atWallMs + graceMs - clock.wallMs()));
    containerizer.signal(row.containerId, SIGTERM);
    attendance.killTimer = clock.after(leftMs, () => containerizer.destroy(row.containerId));
  }

  #failed(row: TaskRow, failure: LaunchFailure): void {
    const attendance = this.#attended.get(row.containerId);
    if (attendance) this.#leave(attendance);
    this.#refuse(row, launchFailed(failure, row.executor.framework.info));
  }

  #refuse(row: TaskRow, { state, fields }: LaunchRefusal): void {
    row.phase = movePhase(row.phase, 'ended');
    this.#core.emit(row, state, fields);
  }

  #attend(row: TaskRow): Attendance {
    const attendance: Attendance = {
      row,
      killTimer: undefined,
      completionTimer: undefined,
      stopChecks: () => {},
      mayKill: false,
      healthy: undefined,
      check: undefined,
    };
    this.#attended.set(row.containerId, attendance);
    return attendance;
  }

  #leave(attendance: Attendance): void {
    attendance.stopChecks();
    attendance.killTimer?.cancel();
    attendance.completionTimer?.cancel();
    this.#attended.delete(attendance.row.containerId);
  }

  /** What every status of a built-in executor says. The container of an ended group task has no process or address any more. */
  #executorFields(row: TaskRow, ended = false): StatusFields {
    const { check } = row.info;
    const containerStatus =
      ended && row.executor.kind === 'default'
        ? { containerId: wireContainerId(row) }
        : containerStatusOf(row, this.#core.options.ip);
    return { source: SOURCE_EXECUTOR, containerStatus, ...(check && { checkStatus: checkStatus(check) }) };
  }
}

/** Grace period of a kill: the call's own, else the task's, else the default. */
export function killGraceMs(row: TaskRow, policy?: TaskRow['info']['killPolicy']): number {
  const period = policy?.gracePeriod ?? row.info.killPolicy?.gracePeriod;
  return period ? Math.max(0, period.nanoseconds / 1e6) : DEFAULT_KILL_GRACE_MS;
}

/** Container id as the wire has it: a group task's names its executor's as parent. */
function wireContainerId(row: TaskRow): mesos.v1.ContainerID.$Properties {
  const nested = row.executor.kind === 'default';
  return { value: containerId(row.containerId), ...(nested && { parent: { value: row.executor.containerId } }) };
}

/** Container, process and address of a live task. */
export function containerStatusOf(row: TaskRow, ip: string): ContainerStatus {
  const pid = row.pid ?? row.executor.pid;
  const { IPv4, IPv6 } = mesos.v1.NetworkInfo.Protocol;
  return {
    containerId: wireContainerId(row),
    ...(pid !== undefined && { executorPid: pid }),
    networkInfos: [{ ipAddresses: [{ protocol: ip.includes(':') ? IPv6 : IPv4, ipAddress: ip }] }],
  };
}
