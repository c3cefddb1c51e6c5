import { printDuration } from '../../common/runtime/duration.js';
import type { CommandInfo } from '../../proto/index.js';
import type { Core } from '../core.js';
import type { ExecutorRow, TaskRow } from '../tasks/rows.js';

type Environment = Record<string, string>;

/** The complete environment of a custom executor's process, as programs written for the original expect it. */
export function executorEnvironment(core: Core, executor: ExecutorRow): Environment {
  return {
    ...agentEnvironment(core, executor, executor.directory),
    ...(executor.token !== undefined && { MESOS_EXECUTOR_AUTHENTICATION_TOKEN: executor.token }),
    ...variables(executor.info.command),
  };
}

/** The same for the command of a task that a built-in executor runs. */
export function taskEnvironment(core: Core, task: TaskRow): Environment {
  return {
    ...agentEnvironment(core, task.executor, task.directory),
    MESOS_TASK_ID: task.id,
    ...(task.executor.kind === 'default' ? variables(task.executor.info.command) : {}),
    ...variables(task.info.command),
  };
}

function agentEnvironment({ options, info, agentId }: Core, executor: ExecutorRow, directory: string): Environment {
  const { framework } = executor;
  const endpoint = `${options.ip}:${info.port ?? 5051}`;
  return {
    ...options.environment,
    LIBPROCESS_IP: options.ip,
    LIBPROCESS_PORT: '0',
    MESOS_AGENT_ENDPOINT: endpoint,
    MESOS_CHECKPOINT: framework.checkpoint ? '1' : '0',
    MESOS_DIRECTORY: directory,
    MESOS_EXECUTOR_ID: executor.id,
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: printDuration(shutdownGraceMs(executor, options.executorShutdownGraceMs)),
    MESOS_FRAMEWORK_ID: framework.id,
    MESOS_HTTP_COMMAND_EXECUTOR: '0',
    MESOS_SANDBOX: directory,
    MESOS_SLAVE_ID: agentId,
    MESOS_SLAVE_PID: `slave(1)@${endpoint}`,
    ...(framework.checkpoint && {
      MESOS_RECOVERY_TIMEOUT: printDuration(options.recoveryTimeoutMs),
      MESOS_SUBSCRIPTION_BACKOFF_MAX: printDuration(options.executorReregistrationTimeoutMs),
    }),
  };
}

/** How long an executor may take to shut down: its own wish, or the agent's flag. */
export function shutdownGraceMs({ info }: ExecutorRow, defaultMs: number): number {
  return info.shutdownGracePeriod ? info.shutdownGracePeriod.nanoseconds / 1e6 : defaultMs;
}

/** User that a command runs as; undefined: the agent's own. */
export function userOf(core: Core, executor: ExecutorRow, command: CommandInfo | null | undefined): string | undefined {
  return core.options.switchUser ? (command?.user ?? executor.framework.info.user) : undefined;
}

function variables(command: CommandInfo | null | undefined): Environment {
  return Object.fromEntries((command?.environment?.variables ?? []).map(({ name, value }) => [name, value ?? '']));
}
