import type { daemonFlags } from './daemon-flags.js';
import type { FlagValues } from './flag.js';
import type { LogLevel } from './logger.js';

/** What both daemons are told of where they listen, how others reach them, and what they log. */
export interface DaemonSettings {
  /** Address to listen on; undefined: every one. */
  readonly ip: string | undefined;
  readonly port: number;
  readonly advertiseIp: string | undefined;
  readonly advertisePort: number | undefined;
  readonly hostname: string | undefined;
  readonly hostnameLookup: boolean;
  readonly logLevel: LogLevel;
}

/** Those of `daemonFlags` that have an effect once the daemon runs. */
export function toDaemonSettings(values: FlagValues<ReturnType<typeof daemonFlags>>): DaemonSettings {
  return {
    ip: values.ip,
    port: values.port,
    advertiseIp: values.advertise_ip,
    advertisePort: values.advertise_port,
    hostname: values.hostname,
    hostnameLookup: values.hostname_lookup,
    logLevel: values.logging_level,
  };
}
