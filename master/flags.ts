import { resolve } from 'node:path';
import { DEFAULT_ROLE } from '../common/roles.js';
import { type DaemonSettings, toDaemonSettings } from '../common/runtime/daemon-settings.js';
import { flagHelp } from '../common/runtime/flag-help.js';
import { type FlagSources, type ParsedFlags, parseFlags } from '../common/runtime/flags.js';
import { MASTER_FLAGS } from './flag-table.js';
import { DEFAULT_MASTER_OPTIONS, type MasterOptions } from './options.js';

/** What the master was told at its start; durations in milliseconds. The core's options are among it. */
export interface MasterFlags extends Omit<MasterOptions, 'hostname' | 'ip' | 'port'>, DaemonSettings {
  /** Absolute; undefined only with the registry in memory. */
  readonly workDir: string | undefined;
  readonly registry: 'replicated_log' | 'in_memory';
}

type Parsed = ParsedFlags<typeof MASTER_FLAGS>;

/** The flags with all that `/flags` and the log need to know of them. */
export interface MasterStart extends Pick<Parsed, 'warnings' | 'origins' | 'printFlags'> {
  readonly flags: MasterFlags;
}

/** Checks every flag and variable; throws BAD_FLAGS with all mistakes at once. */
export function readMasterFlags(sources: FlagSources): MasterStart {
  const { values, warnings, origins, printFlags } = parseFlags('master', MASTER_FLAGS, sources, (given) =>
    given.registry === 'replicated_log' && given.work_dir === undefined
      ? ['--work_dir is missing: give a folder for the registry, such as /var/lib/meseta, or --registry=in_memory']
      : [],
  );
  return { flags: Object.freeze(toMasterFlags(values)), warnings, origins, printFlags };
}

/** The text for `--help`, wrapped at `columns`. */
export function masterHelp(columns?: number): string {
  return flagHelp('Usage: meseta master --work_dir=PATH [--flag=value ...]', MASTER_FLAGS, columns);
}

function toMasterFlags(values: Parsed['values']): MasterFlags {
  return {
    ...toDaemonSettings(values),
    workDir: values.work_dir === undefined ? undefined : resolve(values.work_dir),
    registry: values.registry,
    registryFetchTimeoutMs: values.registry_fetch_timeout,
    registryStoreTimeoutMs: values.registry_store_timeout,
    registryGcIntervalMs: values.registry_gc_interval,
    registryMaxAgentAgeMs: values.registry_max_agent_age,
    registryMaxAgentCount: values.registry_max_agent_count,
    agentPingTimeoutMs: values.agent_ping_timeout,
    maxAgentPingTimeouts: values.max_agent_ping_timeouts,
    agentReregisterTimeoutMs: values.agent_reregister_timeout,
    allocationIntervalMs: values.allocation_interval,
    minAllocatable: values.min_allocatable_resources,
    fairSharingExcluded: values.fair_sharing_excluded_resource_names ?? [],
    filterGpuResources: values.filter_gpu_resources,
    offerTimeoutMs: values.offer_timeout,
    roles: values.roles && [...new Set([DEFAULT_ROLE, ...values.roles])],
    weights: values.weights ?? {},
    rootSubmissions: values.root_submissions,
    maxCompletedFrameworks: values.max_completed_frameworks,
    maxCompletedTasksPerFramework: values.max_completed_tasks_per_framework,
    maxUnreachableTasksPerFramework: values.max_unreachable_tasks_per_framework,
    heartbeatIntervalMs: DEFAULT_MASTER_OPTIONS.heartbeatIntervalMs,
  };
}
