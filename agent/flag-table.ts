import { daemonFlags } from '../common/runtime/daemon-flags.js';
import { flag, optionalFlag, requiredFlag } from '../common/runtime/flag.js';
import {
  boolean,
  bytes,
  duration,
  fraction,
  integer,
  oneOf,
  path,
  text,
  textByName,
} from '../common/runtime/flag-kinds.js';
import { containerizers, isolation, launcher, masterAddress, role } from './flag-kinds.js';
import { IDLE_AGENT_FLAGS } from './idle-flags.js';

const cluster = { group: 'Cluster' } as const;
const offered = { group: 'What is offered' } as const;
const recovery = { group: 'Recovery' } as const;
const containers = { group: 'Containers' } as const;
const executors = { group: 'Executors' } as const;
const disk = { group: 'Disk and sandboxes' } as const;
const fetcher = { group: 'Fetcher' } as const;

/** Least size of a log file before it is rotated: one page, as in the original's rotating logger. */
const PAGE_BYTES = 4096;

/** Every flag of the agent: those of the original, and `container_logger_*` which there belong to a module. */
export const AGENT_FLAGS = {
  ...daemonFlags('5051'),
  master: requiredFlag(
    masterAddress,
    'the address of the master, such as --master=10.0.0.1:5050',
    'The master to register with, or file:///path of a file that names it',
    cluster,
  ),
  work_dir: requiredFlag(
    path,
    'a folder for checkpoints and sandboxes that survives a reboot, such as /var/lib/meseta',
    'Folder for checkpoints and sandboxes',
    disk,
  ),
  runtime_dir: optionalFlag(path, 'Folder for what need not survive a reboot, such as sockets', {
    ...disk,
    otherwise: 'run in --work_dir',
  }),
  resources: optionalFlag(
    text,
    'What this machine has, such as cpus:4;mem:8192;disk:10240;ports:[31000-32000], or JSON',
    {
      ...offered,
      otherwise: 'what is found; what is not named is found too',
    },
  ),
  attributes: optionalFlag(text, 'What tells this machine apart, such as rack:r1;size:3', offered),
  default_role: flag(role, '*', 'Role that resources are reserved for where --resources names none', offered),
  registration_backoff_factor: flag(duration(), '1secs', 'Longest first wait between attempts to register', cluster),
  authenticate_http_executors: flag(boolean, 'false', 'Ask executors for the token they were started with', executors),
  recover: flag(
    oneOf('reconnect', 'cleanup'),
    'reconnect',
    'What to do with what ran before: reconnect goes on with it, cleanup kills it and leaves',
    recovery,
  ),
  recovery_timeout: flag(duration(), '15mins', 'How long executors wait for the agent to come back', recovery),
  reconfiguration_policy: flag(
    oneOf('equal', 'additive'),
    'equal',
    'Which changes of --resources and the like are taken over: none, or only additions',
    recovery,
  ),
  strict: flag(boolean, 'true', 'Whether one damaged checkpoint stops the start; otherwise it is left out', recovery),
  executor_registration_timeout: flag(duration(), '1mins', 'How long a new executor may take to register', executors),
  executor_reregistration_timeout: flag(
    duration(),
    '2secs',
    'How long an executor may take to come back after a restart of the agent',
    executors,
  ),
  executor_shutdown_grace_period: flag(
    duration(0),
    '5secs',
    'Time between asking an executor to stop and killing it',
    executors,
  ),
  executor_environment_variables: {
    ...optionalFlag(textByName, 'Whole environment of executors and tasks, as a JSON object', {
      ...executors,
      otherwise: 'that of the agent',
    }),
    secret: true as const,
  },
  max_completed_executors_per_framework: flag(integer(), '150', 'How many ended executors to show of each', executors),
  http_heartbeat_interval: flag(duration(), '30secs', 'How often a silent stream to an executor shows life', executors),
  containerizers: flag(containerizers, 'mesos', 'What starts containers', containers),
  launcher: flag(launcher, 'posix', 'How processes are started', containers),
  isolation: flag(isolation, 'posix/cpu,posix/mem', 'What keeps containers apart', containers),
  switch_user: flag(boolean, 'true', 'Whether tasks run as the user of their framework', containers),
  container_logger_max_stdout_size: flag(
    bytes(PAGE_BYTES),
    '10MB',
    'Size at which stdout of a task is rotated',
    containers,
  ),
  container_logger_max_stderr_size: flag(
    bytes(PAGE_BYTES),
    '10MB',
    'Size at which stderr of a task is rotated',
    containers,
  ),
  container_logger_max_files: flag(
    integer(1, 1000),
    '10',
    'Files to keep of each, the one being written included',
    containers,
  ),
  disk_watch_interval: flag(duration(), '1mins', 'How often the free disk is looked at', disk),
  gc_delay: flag(duration(), '1weeks', 'Longest time that the sandbox of an ended executor is kept', disk),
  gc_disk_headroom: flag(fraction(0, 1), '0.1', 'Share of the disk to keep free by deleting sandboxes sooner', disk),
  fetcher_cache_dir: optionalFlag(path, 'Folder of the cache', { ...fetcher, otherwise: 'fetch-cache in --work_dir' }),
  fetcher_cache_size: flag(bytes(), '2GB', 'Size of the cache', fetcher),
  fetcher_stall_timeout: flag(duration(), '1mins', 'How long a download may stand still', fetcher),
  frameworks_home: flag(text, '', 'Folder that relative paths to fetch start from', fetcher),
  ...IDLE_AGENT_FLAGS,
} as const;
