import { toMilli } from '../common/resources/amount.js';
import type { Quantities } from '../common/resources/quantities.js';
import { validateRole } from '../common/roles.js';
import {
  daemonFlags,
  idleFlag,
  isZooKeeperUrl,
  REASONS,
  refusingZooKeeper,
  unguarded,
} from '../common/runtime/daemon-flags.js';
import { type FlagKind, flag, optionalFlag } from '../common/runtime/flag.js';
import {
  boolean,
  bytes,
  duration,
  fraction,
  integer,
  json,
  list,
  nonEmpty,
  oneOf,
  path,
  percentage,
  rate,
} from '../common/runtime/flag-kinds.js';

const zooKeeper: FlagKind<string> = refusingZooKeeper({
  wanted: 'zk://host1:port1,host2:port2/path',
  placeholder: 'zk://HOSTS/PATH',
  parse: (value) => (isZooKeeperUrl(value) ? value : undefined),
});

/** Least amounts of which one must be there, e.g. `cpus:0.01|mem:32`; within one, `;` means and. */
const leastResources: FlagKind<readonly Quantities[]> = {
  wanted: 'amounts of which one must be free, such as cpus:0.01|mem:32, or cpus:1;mem:32|gpus:1',
  placeholder: 'AMOUNTS',
  parse(value) {
    if (value.trim() === '') return [];
    const choices = value.split('|').map(parseQuantities);
    return choices.every((choice) => choice !== undefined) ? Object.freeze(choices) : undefined;
  },
};

function parseQuantities(value: string): Quantities | undefined {
  const quantities = new Map<string, number>();
  for (const item of value.split(';')) {
    const match = /^\s*([a-zA-Z_][\w./-]*)\s*:\s*(\d*\.?\d+)\s*$/.exec(item);
    if (match?.[1] === undefined || quantities.has(match[1])) return undefined;
    quantities.set(match[1], toMilli(Number(match[2])));
  }
  return quantities;
}

const weights: FlagKind<Readonly<Record<string, number>>> = {
  wanted: 'roles with weights above 0, such as web=2,batch=0.5',
  placeholder: 'ROLE=WEIGHT,...',
  parse(value) {
    const pairs = value.split(',').map((item) => /^\s*([^=]+)=(\d*\.?\d+)\s*$/.exec(item));
    const byRole = new Map<string, number>();
    for (const pair of pairs) {
      const [role, weight] = [pair?.[1] ?? '', Number(pair?.[2])];
      if (pair === null || validateRole(role) !== undefined || !(weight > 0) || byRole.has(role)) return undefined;
      byRole.set(role, weight);
    }
    return Object.freeze(Object.fromEntries(byRole));
  },
};

const roles = list('role names between commas, such as web,batch', (name) => validateRole(name) === undefined);

const state = { group: 'State' } as const;
const agents = { group: 'Agents' } as const;
const offers = { group: 'Offers' } as const;
const frameworks = { group: 'Frameworks' } as const;

const SINGLE = 'this version runs a single master';
const ALLOCATOR = 'there is one allocator, dominant resource fairness';
const LATER = 'this version does not have it yet';

/** Every flag of the master: those of the original and none else. */
export const MASTER_FLAGS = {
  ...daemonFlags('5050'),
  work_dir: optionalFlag(path, 'Folder for what must survive; needed unless --registry=in_memory', state),
  registry: flag(
    oneOf('replicated_log', 'in_memory'),
    'replicated_log',
    'Where to keep what must survive: replicated_log stands for the durable store in --work_dir, in_memory forgets',
    state,
  ),
  registry_fetch_timeout: flag(duration(), '1mins', 'How long reading the registry may take at the start', state),
  registry_store_timeout: flag(duration(), '20secs', 'How long a change of the registry may take', state),
  registry_gc_interval: flag(duration(), '15mins', 'How often to forget agents that left long ago', state),
  registry_max_agent_age: flag(duration(), '2weeks', 'How long to remember unreachable and gone agents', state),
  registry_max_agent_count: flag(integer(), '102400', 'How many unreachable and gone agents to remember', state),
  cluster: optionalFlag(nonEmpty, 'Name of the cluster, shown to people', { group: 'Process' }),
  zk: optionalFlag(zooKeeper, 'ZooKeeper through which several masters elect a leader', {
    group: 'Process',
    otherwise: 'this master stands alone',
  }),
  agent_ping_timeout: flag(duration(), '15secs', 'How often agents are pinged, and how long each may take to answer', {
    ...agents,
    aliases: ['slave_ping_timeout'],
  }),
  max_agent_ping_timeouts: flag(integer(1), '5', 'Pings in a row that an agent may leave unanswered', {
    ...agents,
    aliases: ['max_slave_ping_timeouts'],
  }),
  agent_reregister_timeout: flag(duration(), '10mins', 'How long agents may take to come back after a failover', {
    ...agents,
    aliases: ['slave_reregister_timeout'],
  }),
  allocation_interval: flag(duration(), '1secs', 'Longest time between two looks at what can be offered', offers),
  min_allocatable_resources: flag(leastResources, 'cpus:0.01|mem:32', 'Less than this is not offered', offers),
  offer_timeout: optionalFlag(duration(), 'Take offers back after this long', { ...offers, otherwise: 'never' }),
  roles: optionalFlag(roles, 'Roles that may be used beside *', { ...offers, otherwise: 'any' }),
  weights: optionalFlag(weights, 'Shares of roles, relative to 1', offers),
  fair_sharing_excluded_resource_names: optionalFlag(
    list('resource names between commas, such as gpus,ports'),
    'Resources that do not count towards shares',
    { ...offers, otherwise: 'all count' },
  ),
  filter_gpu_resources: flag(boolean, 'true', 'Offer agents with GPUs only to frameworks that can use them', offers),
  root_submissions: flag(boolean, 'true', 'Whether tasks may run as root', frameworks),
  max_completed_frameworks: flag(integer(), '50', 'How many ended frameworks to show', frameworks),
  max_completed_tasks_per_framework: flag(integer(), '1000', 'How many ended tasks to show of each', frameworks),
  max_unreachable_tasks_per_framework: flag(
    integer(),
    '1000',
    'How many unreachable tasks to show of each',
    frameworks,
  ),
  quorum: idleFlag(integer(1), SINGLE, 'Masters that must agree'),
  log_auto_initialize: idleFlag(boolean, SINGLE, 'Set up the replicated log', 'true'),
  registry_strict: idleFlag(boolean, 'the registry is always obeyed', 'Obey the registry', 'false'),
  master_contender: idleFlag(nonEmpty, REASONS.modules, 'Module that contends for leadership'),
  master_detector: idleFlag(nonEmpty, REASONS.modules, 'Module that finds the leader'),
  acls: idleFlag(json, REASONS.authorization, 'Who may do what'),
  authorizers: idleFlag(nonEmpty, REASONS.authorization, 'Modules that authorize', 'local'),
  authenticate_agents: { ...unguarded('Ask agents for credentials', 'false'), aliases: ['authenticate_slaves'] },
  authenticate_frameworks: { ...unguarded('Ask frameworks for credentials', 'false'), aliases: ['authenticate'] },
  authenticate_http_frameworks: unguarded('Ask frameworks of the v1 API for credentials', 'false'),
  authenticators: idleFlag(nonEmpty, REASONS.authentication, 'Modules that authenticate', 'crammd5'),
  authentication_v0_timeout: idleFlag(duration(), REASONS.authentication, 'How long it may take', '15secs'),
  http_authenticators: idleFlag(nonEmpty, REASONS.authentication, 'Modules that authenticate requests', 'basic'),
  http_framework_authenticators: idleFlag(nonEmpty, REASONS.authentication, 'The same for frameworks'),
  credentials: idleFlag(path, REASONS.authentication, 'File of names and secrets'),
  agent_removal_rate_limit: {
    ...idleFlag(rate, LATER, 'How many agents may be given up in what time'),
    aliases: ['slave_removal_rate_limit'],
  },
  recovery_agent_removal_limit: {
    ...idleFlag(percentage, LATER, 'Share of agents that may be missing after a failover', '100%'),
    aliases: ['recovery_slave_removal_limit'],
  },
  rate_limits: idleFlag(json, LATER, 'How many messages principals may send'),
  whitelist: idleFlag(path, LATER, 'File of the agents to make offers of'),
  max_operator_event_stream_subscribers: idleFlag(integer(1), LATER, 'How many may watch the master', '1000'),
  max_executors_per_agent: {
    ...idleFlag(integer(1), LATER, 'Executors on one agent'),
    aliases: ['max_executors_per_slave'],
  },
  publish_per_framework_metrics: idleFlag(boolean, LATER, 'Show metrics of each framework', 'true'),
  webui_dir: idleFlag(path, LATER, 'Folder of the web interface', '/usr/local/share/mesos/webui'),
  offer_constraints_re2_max_mem: idleFlag(
    bytes(),
    LATER,
    'Memory of one regular expression in an offer constraint',
    '4KB',
  ),
  offer_constraints_re2_max_program_size: idleFlag(integer(), LATER, 'Size of one compiled', '100'),
  require_agent_domain: idleFlag(boolean, REASONS.domains, 'Turn away agents without a domain', 'false'),
  allocator: idleFlag(nonEmpty, ALLOCATOR, 'Module that allocates', 'HierarchicalDRF'),
  framework_sorter: idleFlag(oneOf('drf', 'random'), ALLOCATOR, 'Order of frameworks in a role', 'drf'),
  role_sorter: idleFlag(oneOf('drf', 'random'), ALLOCATOR, 'Order of roles', 'drf'),
  allocator_agent_recovery_factor: idleFlag(fraction(0, 1), LATER, 'Share of agents to wait for with quota', '0.8'),
  allocator_recovery_timeout: idleFlag(duration(), LATER, 'How long to wait for them', '10mins'),
};
