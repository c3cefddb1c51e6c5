import type { Quantities } from '../common/resources/quantities.js';
import { DEFAULT_MINIMUMS } from './allocator/minimum.js';

/** What the master's core may be told, all checked by the flags; durations in milliseconds. */
export interface MasterOptions {
  /** Host name and address that other parties reach this master by, and its port. */
  readonly hostname: string;
  readonly ip: string;
  readonly port: number;
  /** Agents are pinged this often and given this long to answer. Flag `agent_ping_timeout`, 15 s. */
  readonly agentPingTimeoutMs: number;
  /** Pings in a row that may go unanswered. Flag `max_agent_ping_timeouts`, 5. */
  readonly maxAgentPingTimeouts: number;
  /** How long agents may take to come back after a failover of the master. Flag `agent_reregister_timeout`, 10 min. */
  readonly agentReregisterTimeoutMs: number;
  /** Longest time between two looks at what could be offered; events trigger one at once. Flag `allocation_interval`, 1 s. */
  readonly allocationIntervalMs: number;
  /** Offers are taken back after this long. Flag `offer_timeout`; undefined: never. */
  readonly offerTimeoutMs: number | undefined;
  /** Time between two heartbeats on a scheduler's stream: 15 s. */
  readonly heartbeatIntervalMs: number;
  readonly maxCompletedFrameworks: number;
  readonly maxCompletedTasksPerFramework: number;
  readonly maxUnreachableTasksPerFramework: number;
  /** Unreachable and gone agents are forgotten when older than this or more than that. Flags `registry_*`. */
  readonly registryGcIntervalMs: number;
  readonly registryMaxAgentAgeMs: number;
  readonly registryMaxAgentCount: number;
  /** How long reading the registry, and a change of it, may take before the master gives up. Flags `registry_*_timeout`. */
  readonly registryFetchTimeoutMs: number;
  readonly registryStoreTimeoutMs: number;
  /** Of an agent's free resources at least one of these must be there to be offered; empty: anything goes. */
  readonly minAllocatable: readonly Quantities[];
  /** Names of resources that do not count towards shares. Flag `fair_sharing_excluded_resource_names`. */
  readonly fairSharingExcluded: readonly string[];
  /** Whether agents with GPUs are kept for frameworks that can use them. Flag `filter_gpu_resources`. */
  readonly filterGpuResources: boolean;
  /** Weights by role; roles not named weigh 1. Flag `weights`. */
  readonly weights: Readonly<Record<string, number>>;
  /** Roles that may be used. Flag `roles`; undefined: any. */
  readonly roles: readonly string[] | undefined;
  /** Whether tasks may run as root. Flag `root_submissions`. */
  readonly rootSubmissions: boolean;
}

const MINUTE_MS = 60_000;

/** The original's defaults, for a master on loopback. */
export const DEFAULT_MASTER_OPTIONS: MasterOptions = Object.freeze({
  hostname: '127.0.0.1',
  ip: '127.0.0.1',
  port: 5050,
  agentPingTimeoutMs: 15_000,
  maxAgentPingTimeouts: 5,
  agentReregisterTimeoutMs: 10 * MINUTE_MS,
  allocationIntervalMs: 1_000,
  offerTimeoutMs: undefined,
  heartbeatIntervalMs: 15_000,
  maxCompletedFrameworks: 50,
  maxCompletedTasksPerFramework: 1_000,
  maxUnreachableTasksPerFramework: 1_000,
  registryGcIntervalMs: 15 * MINUTE_MS,
  registryMaxAgentAgeMs: 14 * 24 * 60 * MINUTE_MS,
  registryMaxAgentCount: 102_400,
  registryFetchTimeoutMs: MINUTE_MS,
  registryStoreTimeoutMs: 20_000,
  minAllocatable: DEFAULT_MINIMUMS,
  fairSharingExcluded: [],
  filterGpuResources: true,
  weights: {},
  roles: undefined,
  rootSubmissions: true,
});
