import { readFile } from 'node:fs/promises';
import type { OwnAddress } from '../common/runtime/own-address.js';
import { RELEASE } from '../common/version.js';
import type { AgentFlags } from './flags.js';
import type { AgentSettings } from './ports.js';
import { detectResources, inspectMachine } from './resources/detect.js';

/** The machine as the agent finds it; tests put another in its place. */
export interface Host {
  /** Holds what differs after each boot. */
  readonly bootIdFile: string;
}

/** The machine that this process runs on. */
export const THIS_HOST: Host = { bootIdFile: '/proc/sys/kernel/random/boot_id' };

/** What the core is told: `flags` as they are in effect, and what the machine and `env` add. */
export async function readSettings(
  flags: AgentFlags,
  address: OwnAddress,
  env: NodeJS.ProcessEnv,
  { bootIdFile }: Host,
): Promise<AgentSettings> {
  const resources = detectResources(await inspectMachine(flags.workDir), flags.resources, flags.defaultRole);
  return {
    info: {
      hostname: address.hostname,
      port: flags.advertisePort ?? flags.port,
      resources: resources.toWire(),
      attributes: [...flags.attributes],
    },
    ip: address.ip,
    workDir: flags.workDir,
    version: RELEASE,
    bootId: (await readFile(bootIdFile, 'utf8')).trim(),
    environment: flags.executorEnvironment ?? inheritedEnvironment(env),
    switchUser: flags.switchUser,
    recover: flags.recover,
    strict: flags.strict,
    reconfigurationPolicy: flags.reconfigurationPolicy,
    recoveryTimeoutMs: flags.recoveryTimeoutMs,
    registrationBackoffMs: flags.registrationBackoffMs,
    executorRegistrationTimeoutMs: flags.executorRegistrationTimeoutMs,
    executorReregistrationTimeoutMs: flags.executorReregistrationTimeoutMs,
    executorShutdownGraceMs: flags.executorShutdownGraceMs,
    heartbeatMs: flags.heartbeatMs,
    authenticateExecutors: flags.authenticateExecutors,
    maxCompletedExecutorsPerFramework: flags.maxCompletedExecutorsPerFramework,
  };
}

/** The agent's own environment without what configures agents and Node: as in the original, executors start from it. */
function inheritedEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const passed = Object.entries(env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !/^(MESOS_|MESETA_|LIBPROCESS_|NODE_)/.test(pair[0]),
  );
  return Object.fromEntries(passed);
}
