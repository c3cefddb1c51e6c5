import type { Detector } from '../common/coordination/detector.js';
import type { Dialer } from '../common/link.js';
import type { Clock } from '../common/runtime/clock.js';
import type { Logger } from '../common/runtime/logger.js';
import type { Random } from '../common/runtime/random.js';
import type { Store } from '../common/store/store.js';
import type { AgentInfo, AgentMessage, MasterMessage } from '../proto/index.js';
import type { Containerizer } from './containerizer/containerizer.js';
import type { Prober } from './executor/checks/prober.js';

/** The agent's hands: everything it does to the world goes through one of these. */
export interface AgentPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Holds the checkpoints (`<work_dir>/meta`). */
  readonly store: Store;
  readonly detector: Detector;
  readonly dialer: Dialer<AgentMessage, MasterMessage>;
  readonly containerizer: Containerizer;
  readonly prober: Prober;
  /** The agent cannot go on: the process must end with an error and print `message`. Called once. */
  fatal(message: string): void;
  /** The agent is done (told by its master to leave, or `recover: 'cleanup'` has finished): the process ends with success. */
  exit(reason: string): void;
  /** Nothing writes to this sandbox any more: it may be removed `gc_delay` after `atWallMs`. */
  sandboxEnded(directory: string, atWallMs: number): void;
}

/** What the agent was told at its start. Times in milliseconds. */
export interface AgentOptions {
  /** Host name, port, resources, attributes and domain; no id. */
  readonly info: AgentInfo;
  /** The address that executors and frameworks see, e.g. in `network_infos`. */
  readonly ip: string;
  /** Absolute path; sandboxes are made under it. */
  readonly workDir: string;
  /** Release of Meseta, digits and dots. */
  readonly version: string;
  /** /proc/sys/kernel/random/boot_id. */
  readonly bootId: string;
  /** What every container's environment starts with, e.g. PATH, or all of --executor_environment_variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether containers run as the user their framework or command names; otherwise as the agent's own. Default true. */
  readonly switchUser: boolean;
  /** --recover. `cleanup` kills everything, forgets everything and exits. Default `reconnect`. */
  readonly recover: 'reconnect' | 'cleanup';
  /** --strict: a record that cannot be read is fatal; otherwise it is skipped with a warning. Default true. */
  readonly strict: boolean;
  /** --reconfiguration_policy. Default `equal`. */
  readonly reconfigurationPolicy: 'equal' | 'additive';
  /** --recovery_timeout, told to custom executors. Default 15 min. */
  readonly recoveryTimeoutMs: number;
  /** --registration_backoff_factor. Default 1 s. */
  readonly registrationBackoffMs: number;
  /** --executor_registration_timeout. Default 1 min. */
  readonly executorRegistrationTimeoutMs: number;
  /** --executor_reregistration_timeout. Default 2 s. */
  readonly executorReregistrationTimeoutMs: number;
  /** --executor_shutdown_grace_period. Default 5 s. */
  readonly executorShutdownGraceMs: number;
  /** --http_heartbeat_interval. Default 30 s. */
  readonly heartbeatMs: number;
  /** --authenticate_http_executors: custom executors must present the token that they were started with. Default false. */
  readonly authenticateExecutors: boolean;
  /** --max_completed_executors_per_framework. Default 150. */
  readonly maxCompletedExecutorsPerFramework: number;
}

/** The options that have a default; `AgentOptions` is these and what only the caller knows. */
export const AGENT_DEFAULTS = Object.freeze({
  environment: Object.freeze({ PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }),
  switchUser: true,
  recover: 'reconnect',
  strict: true,
  reconfigurationPolicy: 'equal',
  recoveryTimeoutMs: 900_000,
  registrationBackoffMs: 1_000,
  executorRegistrationTimeoutMs: 60_000,
  executorReregistrationTimeoutMs: 2_000,
  executorShutdownGraceMs: 5_000,
  heartbeatMs: 30_000,
  authenticateExecutors: false,
  maxCompletedExecutorsPerFramework: 150,
} as const);

/** `AgentOptions` where what has a default may be left out. */
export type AgentSettings = Omit<AgentOptions, keyof typeof AGENT_DEFAULTS> &
  Partial<Pick<AgentOptions, keyof typeof AGENT_DEFAULTS>>;
