import { flag, optionalFlag, requiredFlag } from '../../common/runtime/flag.js';
import { flagHelp } from '../../common/runtime/flag-help.js';
import { duration, ip, nonEmpty, oneOf, path, port } from '../../common/runtime/flag-kinds.js';
import { type FlagSources, type ParsedFlags, parseFlags } from '../../common/runtime/flags.js';

const MAIN = { group: 'Jobs framework' };

/** The flags of the jobs framework. */
export const JOBS_FLAGS = {
  master: requiredFlag(
    nonEmpty,
    'the address of the master, such as 127.0.0.1:5050',
    'Master to run jobs on, host:port',
    MAIN,
  ),
  work_dir: requiredFlag(
    path,
    'a folder for submissions, such as /var/lib/meseta-jobs',
    'Folder that submissions are kept in',
    MAIN,
  ),
  ip: flag(ip, '127.0.0.1', 'Address that the API listens on and is found at', MAIN),
  port: flag(port, '5052', 'Port that the API listens on', MAIN),
  role: flag(nonEmpty, '*', 'Role whose resources jobs run on', MAIN),
  user: optionalFlag(
    nonEmpty,
    'Account that tasks run as unless a submission says otherwise (default: that of this process)',
    MAIN,
  ),
  failover_timeout: flag(duration(0), '1weeks', 'How long tasks outlive a framework that is away', MAIN),
  logging_level: flag(
    oneOf('DEBUG', 'INFO', 'WARNING', 'ERROR'),
    'INFO',
    'Least severe messages that are logged',
    MAIN,
  ),
};

/** Checks every flag; throws BAD_FLAGS with all mistakes at once. */
export function readJobsFlags(sources: FlagSources): ParsedFlags<typeof JOBS_FLAGS> {
  return parseFlags('jobs framework', JOBS_FLAGS, sources);
}

/** What `meseta jobs --help` prints; `columns`: width of the terminal, default that of `flagHelp`. */
export function jobsHelp(columns?: number): string {
  return flagHelp('Usage: meseta jobs --master=HOST:PORT --work_dir=PATH [--flag=value ...]', JOBS_FLAGS, columns);
}
