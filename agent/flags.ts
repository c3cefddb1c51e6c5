import { join, resolve } from 'node:path';
import { parseAttributes } from '../common/attributes.js';
import { parseResources } from '../common/resources/parse.js';
import { DEFAULT_ROLE } from '../common/roles.js';
import { type DaemonSettings, toDaemonSettings } from '../common/runtime/daemon-settings.js';
import { messageOf } from '../common/runtime/errors.js';
import type { FlagValues } from '../common/runtime/flag.js';
import { flagHelp } from '../common/runtime/flag-help.js';
import { type FlagSources, type ParsedFlags, parseFlags } from '../common/runtime/flags.js';
import type { Attribute } from '../proto/index.js';
import { AGENT_FLAGS } from './flag-table.js';

/** What the agent was told at its start; durations in milliseconds, sizes in bytes, folders absolute. */
export interface AgentFlags extends DaemonSettings {
  /** `host:port`. */
  readonly master: string;
  readonly workDir: string;
  readonly runtimeDir: string;
  /** As given, well formed: what it names, be it with an amount of 0, is not to be found out. */
  readonly resources: string | undefined;
  readonly attributes: readonly Attribute[];
  readonly defaultRole: string;
  readonly registrationBackoffMs: number;
  readonly authenticateExecutors: boolean;
  readonly recover: 'reconnect' | 'cleanup';
  readonly recoveryTimeoutMs: number;
  readonly reconfigurationPolicy: 'equal' | 'additive';
  readonly strict: boolean;
  readonly executorRegistrationTimeoutMs: number;
  readonly executorReregistrationTimeoutMs: number;
  readonly executorShutdownGraceMs: number;
  /** The whole environment of executors; undefined: that of the agent. */
  readonly executorEnvironment: Readonly<Record<string, string>> | undefined;
  readonly maxCompletedExecutorsPerFramework: number;
  readonly heartbeatMs: number;
  readonly switchUser: boolean;
  /** Rotation of what tasks print. `maxFiles` counts the file being written. */
  readonly logRotation: { readonly stdoutBytes: number; readonly stderrBytes: number; readonly maxFiles: number };
  readonly diskWatchIntervalMs: number;
  readonly gcDelayMs: number;
  /** Share of the disk from 0 to 1. */
  readonly gcDiskHeadroom: number;
  readonly fetcher: {
    readonly cache: { readonly directory: string; readonly maxBytes: number };
    readonly stallTimeoutMs: number;
    /** Relative paths start from here; undefined: they are refused. */
    readonly frameworksHome: string | undefined;
  };
}

type Table = typeof AGENT_FLAGS;

/** The flags with all that `/flags` and the log need to know of them. */
export interface AgentStart extends Pick<ParsedFlags<Table>, 'warnings' | 'origins' | 'printFlags'> {
  readonly flags: AgentFlags;
}

/** Checks every flag and variable; throws BAD_FLAGS with all mistakes at once. */
export function readAgentFlags(sources: FlagSources): AgentStart {
  const { values, warnings, origins, printFlags } = parseFlags('agent', AGENT_FLAGS, sources, wrongTexts);
  return { flags: Object.freeze(toAgentFlags(values)), warnings, origins, printFlags };
}

/** The text for `--help`, wrapped at `columns`. */
export function agentHelp(columns?: number): string {
  return flagHelp('Usage: meseta agent --master=HOST:PORT --work_dir=PATH [--flag=value ...]', AGENT_FLAGS, columns);
}

/** Resources can be judged only together with the default role. */
function wrongTexts(
  { resources, attributes, default_role: defaultRole = DEFAULT_ROLE }: Partial<FlagValues<Table>>,
  shown: (name: string) => string,
): string[] {
  const check = (name: string, given: string | undefined, wanted: string, parse: (text: string) => unknown) => {
    try {
      if (given !== undefined) parse(given);
      return [];
    } catch (error) {
      const [, ...reasons] = messageOf(error).split('\n');
      return [`--${name} must be ${wanted}, ${shown(name)}: ${reasons.join('; ') || messageOf(error)}`];
    }
  };
  return [
    ...check('resources', resources, 'resources such as cpus:4;mem:8192;ports:[31000-32000], or a JSON array', (text) =>
      parseResources(text, { defaultRole }),
    ),
    ...check('attributes', attributes, 'names and values such as rack:r1;size:3', parseAttributes),
  ];
}

function toAgentFlags(values: FlagValues<Table>): AgentFlags {
  const workDir = resolve(values.work_dir);
  return {
    ...toDaemonSettings(values),
    master: values.master,
    workDir,
    runtimeDir: values.runtime_dir === undefined ? join(workDir, 'run') : resolve(values.runtime_dir),
    resources: values.resources,
    attributes: values.attributes === undefined ? [] : parseAttributes(values.attributes),
    defaultRole: values.default_role,
    registrationBackoffMs: values.registration_backoff_factor,
    authenticateExecutors: values.authenticate_http_executors,
    recover: values.recover,
    recoveryTimeoutMs: values.recovery_timeout,
    reconfigurationPolicy: values.reconfiguration_policy,
    strict: values.strict,
    executorRegistrationTimeoutMs: values.executor_registration_timeout,
    executorReregistrationTimeoutMs: values.executor_reregistration_timeout,
    executorShutdownGraceMs: values.executor_shutdown_grace_period,
    executorEnvironment: values.executor_environment_variables,
    maxCompletedExecutorsPerFramework: values.max_completed_executors_per_framework,
    heartbeatMs: values.http_heartbeat_interval,
    switchUser: values.switch_user,
    logRotation: Object.freeze({
      stdoutBytes: values.container_logger_max_stdout_size,
      stderrBytes: values.container_logger_max_stderr_size,
      maxFiles: values.container_logger_max_files,
    }),
    diskWatchIntervalMs: values.disk_watch_interval,
    gcDelayMs: values.gc_delay,
    gcDiskHeadroom: values.gc_disk_headroom,
    fetcher: Object.freeze({
      cache: Object.freeze({
        directory: resolve(values.fetcher_cache_dir ?? join(workDir, 'fetch-cache')),
        maxBytes: values.fetcher_cache_size,
      }),
      stallTimeoutMs: values.fetcher_stall_timeout,
      frameworksHome: values.frameworks_home === '' ? undefined : resolve(values.frameworks_home),
    }),
  };
}
