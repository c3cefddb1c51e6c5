import { type FlagKind, flag, type OptionalFlag, optionalFlag } from './flag.js';
import { boolean, duration, hostname, integer, ip, json, nonEmpty, path, port, refusing, text } from './flag-kinds.js';
import type { LogLevel } from './logger.js';

/** Why a flag of the original does nothing here; each completes "--x has no effect: ...". */
export const REASONS = {
  modules: 'Meseta has no loadable modules',
  logs: 'logs go to standard error, for the supervisor to keep',
  authentication: 'this version does not authenticate; whoever reaches the port has full control, so guard it',
  authorization: 'this version does not authorize; whoever reaches the port has full control, so guard it',
  domains: 'this version knows no fault domains',
  zookeeper: 'this version runs a single master and does not use ZooKeeper',
  profiling: 'the profiler is that of another memory allocator',
} as const;

/** The original's names of the levels, and ours. */
const LEVELS: Readonly<Record<string, LogLevel>> = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error' };

const logLevel: FlagKind<LogLevel> = {
  wanted: 'INFO, WARNING or ERROR, or DEBUG for more',
  placeholder: 'LEVEL',
  parse: (value) => LEVELS[value.toUpperCase()] ?? (value.toLowerCase() === 'warn' ? 'warn' : undefined),
};

/** A flag that is accepted and does nothing. `usual`: its default, if it has one. */
export function idleFlag<Value>(
  kind: FlagKind<Value>,
  withoutEffect: string,
  help: string,
  usual?: string,
): OptionalFlag<Value> {
  const row = optionalFlag(kind, help, { group: 'Accepted for compatibility', withoutEffect });
  return usual === undefined ? row : { ...row, default: usual };
}

/** What the operator must not take for protection: on, it would promise what nobody keeps. */
export const unguarded = (help: string, usual?: string) => idleFlag(boolean, REASONS.authentication, help, usual);

const network = { group: 'Network' } as const;
const process = { group: 'Process' } as const;

/** The flags that both daemons have. `usualPort`: 5050 for a master, 5051 for an agent. */
export function daemonFlags(usualPort: string) {
  return {
    help: flag(boolean, 'false', 'Print this and leave', process),
    version: flag(boolean, 'false', 'Print the version and leave', process),
    logging_level: flag(logLevel, 'INFO', 'Least severity that is logged', process),
    ip: optionalFlag(ip, 'Address to listen on', {
      ...network,
      otherwise: 'every address of this machine',
    }),
    port: flag(port, usualPort, 'Port to listen on', network),
    advertise_ip: optionalFlag(ip, 'Address that others reach this daemon by', { ...network, otherwise: '--ip' }),
    advertise_port: optionalFlag(port, 'Port that others reach this daemon by', { ...network, otherwise: '--port' }),
    hostname: optionalFlag(hostname, 'Name that others and people know this machine by', {
      ...network,
      otherwise: 'the name of --ip, or its digits with --no-hostname_lookup',
    }),
    hostname_lookup: flag(boolean, 'true', 'Whether to look up a name where none is given', network),
    ...IDLE,
  };
}

const IDLE = {
  authenticate_http_readonly: unguarded('Ask for credentials at endpoints that only read', 'false'),
  authenticate_http_readwrite: unguarded('Ask for credentials at endpoints that change something', 'false'),
  firewall_rules: idleFlag(json, REASONS.authorization, 'Endpoints to close'),
  domain: idleFlag(json, REASONS.domains, 'Region and zone of this machine'),
  hooks: idleFlag(text, REASONS.modules, 'Hook modules to install'),
  ip_discovery_command: idleFlag(nonEmpty, 'give the address itself with --ip', 'Program that prints the address'),
  modules: idleFlag(json, REASONS.modules, 'Modules to load'),
  modules_dir: idleFlag(path, REASONS.modules, 'Folder of descriptions of modules to load'),
  zk_session_timeout: idleFlag(duration(), REASONS.zookeeper, 'Session time-out with ZooKeeper', '10secs'),
  quiet: idleFlag(boolean, 'redirect standard error instead', 'Log nothing to standard error', 'false'),
  log_dir: idleFlag(path, REASONS.logs, 'Folder for log files'),
  logbufsecs: idleFlag(integer(), REASONS.logs, 'Seconds that log lines may be held back', '0'),
  initialize_driver_logging: idleFlag(boolean, REASONS.logs, 'Set up logging in drivers', 'true'),
  external_log_file: idleFlag(path, REASONS.logs, 'Log file of a supervisor, shown in the web interface'),
  memory_profiling: idleFlag(boolean, REASONS.profiling, 'Allow profiles of memory', 'false'),
};

/** For ZooKeeper addresses: well formed, but not to be had yet. */
export function refusingZooKeeper(kind: FlagKind<string>): FlagKind<string> {
  return refusing(kind, (value) =>
    value.startsWith('zk://') ? 'several masters through ZooKeeper are not supported by this version' : undefined,
  );
}

/** Whether a text reads `zk://[user:password@]host1:port1,host2:port2,.../path`. */
export function isZooKeeperUrl(value: string): boolean {
  return /^zk:\/\/([^@/\s]+@)?[^\s,/@:]+(:\d{1,5})?(,[^\s,/@:]+(:\d{1,5})?)*\/\S+$/.test(value);
}
