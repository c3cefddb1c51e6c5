import { CodedError } from '../../common/runtime/errors.js';
import { type FrameworkInfo, type Labels, mesos } from '../../proto/index.js';

const Capability = mesos.v1.FrameworkInfo.Capability.Type;

/** A framework capability of the v1 API, by its number. */
export type FrameworkCapability = mesos.v1.FrameworkInfo.Capability.Type;

/** What every framework of this SDK can deal with, because the SDK does. */
export const SDK_CAPABILITIES: readonly FrameworkCapability[] = [
  Capability.PARTITION_AWARE,
  Capability.TASK_KILLING_STATE,
  Capability.MULTI_ROLE,
  Capability.RESERVATION_REFINEMENT,
];

/** How a framework presents itself, and how patient its client is. Only `name` and `user` have no default. */
export interface SchedulerOptions {
  /** Shown to operators; need not be unique. */
  readonly name: string;
  /** Account that tasks run as unless they say otherwise. */
  readonly user: string;
  /** Roles to receive offers for. Default `['*']`. */
  readonly roles?: readonly string[] | undefined;
  /** How long tasks outlive a scheduler that is away. Default one week: a crash must not kill what it started. */
  readonly failoverTimeoutMs?: number | undefined;
  /** Whether tasks survive a restart of their agent. Default true. */
  readonly checkpoint?: boolean | undefined;
  /** Beyond `SDK_CAPABILITIES`, which are always declared. Default none. */
  readonly capabilities?: readonly FrameworkCapability[] | undefined;
  /** Host of the scheduler, for people. */
  readonly hostname?: string | undefined;
  readonly principal?: string | undefined;
  /** Address of the framework's own web page or API. */
  readonly webuiUrl?: string | undefined;
  readonly labels?: Labels | undefined;
  /** Roles that want no offers at first. Default none. */
  readonly suppressedRoles?: readonly string[] | undefined;
  /** How long the master may take to answer SUBSCRIBE. Default 15 s. */
  readonly subscribeTimeoutMs?: number | undefined;
  /** Silence, in heartbeat intervals, after which a stream is given up. Default 3. */
  readonly heartbeatsMissed?: number | undefined;
  /** Pause between a full reconciliation and the next. Default 15 min. */
  readonly reconcileIntervalMs?: number | undefined;
  /** How many ended tasks to remember, so that late repetitions are recognised. Default 1000. */
  readonly endedTasksKept?: number | undefined;
}

/** The options with every default filled in. */
export interface CheckedOptions {
  /** Without an id: that comes from the store. */
  readonly framework: FrameworkInfo;
  readonly suppressedRoles: readonly string[];
  readonly subscribeTimeoutMs: number;
  readonly heartbeatsMissed: number;
  readonly reconcileIntervalMs: number;
  readonly endedTasksKept: number;
}

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** Fills in the defaults. Throws `BAD_INPUT` with every mistake at once. */
export function checkOptions(options: SchedulerOptions): CheckedOptions {
  const checked = {
    framework: toFrameworkInfo(options),
    suppressedRoles: options.suppressedRoles ?? [],
    subscribeTimeoutMs: options.subscribeTimeoutMs ?? 15_000,
    heartbeatsMissed: options.heartbeatsMissed ?? 3,
    reconcileIntervalMs: options.reconcileIntervalMs ?? 15 * 60_000,
    endedTasksKept: options.endedTasksKept ?? 1000,
  };
  const problems = problemsOf(checked);
  if (problems.length > 0) throw new CodedError('BAD_INPUT', `Cannot create scheduler: ${problems.join('; ')}`);
  return Object.freeze(checked);
}

function toFrameworkInfo(options: SchedulerOptions): FrameworkInfo {
  const capabilities = new Set([...SDK_CAPABILITIES, ...(options.capabilities ?? [])]);
  return {
    user: options.user,
    name: options.name,
    roles: [...(options.roles ?? ['*'])],
    failoverTimeout: (options.failoverTimeoutMs ?? WEEK_MS) / 1000,
    checkpoint: options.checkpoint ?? true,
    capabilities: [...capabilities].map((type) => ({ type })),
    hostname: options.hostname ?? null,
    principal: options.principal ?? null,
    webuiUrl: options.webuiUrl ?? null,
    labels: options.labels ?? null,
  };
}

function problemsOf(checked: CheckedOptions): string[] {
  const { framework, ...rest } = checked;
  const problems: string[] = [];
  const expect = (ok: boolean, problem: string) => {
    if (!ok) problems.push(problem);
  };
  expect(framework.name !== '', 'name is empty, a text that operators recognise is wanted');
  expect(framework.user !== '', 'user is empty, the account that tasks run as is wanted');
  expect((framework.roles ?? []).length > 0, 'roles is empty, at least one is wanted');
  const timeoutMs = (framework.failoverTimeout ?? 0) * 1000;
  expect(timeoutMs >= 0, `failoverTimeoutMs is ${timeoutMs}, at least 0 is wanted`);
  for (const name of ['subscribeTimeoutMs', 'heartbeatsMissed', 'reconcileIntervalMs'] as const) {
    expect(rest[name] > 0, `${name} is ${rest[name]}, more than 0 is wanted`);
  }
  expect(rest.endedTasksKept >= 0, `endedTasksKept is ${rest.endedTasksKept}, at least 0 is wanted`);
  const strangers = rest.suppressedRoles.filter((role) => !(framework.roles ?? []).includes(role));
  expect(strangers.length === 0, `suppressedRoles names ${strangers.join(', ')}, only some of roles are wanted`);
  return problems;
}
