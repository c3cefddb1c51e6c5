import { parseDuration } from '../../common/runtime/duration.js';
import { CodedError } from '../../common/runtime/errors.js';

/** What an agent tells the executors that it starts. */
export interface ExecutorEnvironment {
  readonly frameworkId: string;
  readonly executorId: string;
  /** `ip:port` of the agent. */
  readonly agentEndpoint: string;
  readonly agentId: string | undefined;
  /** The sandbox. */
  readonly directory: string | undefined;
  /** Whether the agent may restart underneath the executor. */
  readonly checkpoint: boolean;
  /** How long to wait for a restarting agent; only of use when checkpointing. */
  readonly recoveryTimeoutMs: number;
  /** Longest pause between two attempts to subscribe again. */
  readonly subscriptionBackoffMaxMs: number;
  /** What SHUTDOWN leaves for an orderly end. */
  readonly shutdownGraceMs: number;
  /** Secret to show the agent. */
  readonly token: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the environment that an agent gives, the original's names and defaults. Throws `BAD_INPUT`, all mistakes at once. */
export function readExecutorEnvironment(variables: Variables): ExecutorEnvironment {
  const problems: string[] = [];
  const required = (name: string): string => {
    const value = variables[name];
    if (!value) problems.push(`${name} is not set`);
    return value ?? '';
  };
  const duration = (name: string, otherwise: string): number => {
    const value = variables[name] ?? otherwise;
    const ms = parseDuration(value);
    if (Number.isNaN(ms)) problems.push(`${name} is "${value}", a duration such as 5secs is wanted`);
    return ms;
  };
  const environment: ExecutorEnvironment = {
    frameworkId: required('MESOS_FRAMEWORK_ID'),
    executorId: required('MESOS_EXECUTOR_ID'),
    agentEndpoint: required('MESOS_AGENT_ENDPOINT'),
    agentId: variables['MESOS_SLAVE_ID'],
    directory: variables['MESOS_SANDBOX'] ?? variables['MESOS_DIRECTORY'],
    checkpoint: variables['MESOS_CHECKPOINT'] === '1',
    recoveryTimeoutMs: duration('MESOS_RECOVERY_TIMEOUT', '15mins'),
    subscriptionBackoffMaxMs: duration('MESOS_SUBSCRIPTION_BACKOFF_MAX', '2secs'),
    shutdownGraceMs: duration('MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD', '5secs'),
    token: variables['MESOS_EXECUTOR_AUTHENTICATION_TOKEN'],
  };
  if (problems.length === 0) return environment;
  const advice = 'an executor is started by an agent, which sets these';
  throw new CodedError('BAD_INPUT', `Cannot start executor: ${problems.join('; ')} (${advice})`);
}
