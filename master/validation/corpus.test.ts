import { describe, expect, it } from 'vitest';
import { type FrameworkInfo, mesos, type SchedulerCall, type TaskInfo } from '../../proto/index.js';
import { MasterRig } from '../../test/support/master-rig.js';
import { commandTask, frameworkInfo, scalar } from '../../test/support/scripted-scheduler.js';

const { Type } = mesos.v1.scheduler.Call;
const Operation = mesos.v1.Offer.Operation.Type;
const Health = mesos.v1.HealthCheck.Type;
const Check = mesos.v1.CheckInfo.Type;
const Container = mesos.v1.ContainerInfo.Type;
const Source = mesos.v1.Volume.Source.Type;
const Secret = mesos.v1.Secret.Type;
const Variable = mesos.v1.Environment.Variable.Type;
const { SCALAR, RANGES, SET, TEXT } = mesos.v1.Value.Type;
const { DEFAULT, CUSTOM } = mesos.v1.ExecutorInfo.Type;
const { RW } = mesos.v1.Volume.Mode;
const id16 = new Uint8Array(16);

/** Calls of a subscribed framework, what is wrong with them, and the answer, a 400. */
const CALLS: readonly [wrong: string, call: SchedulerCall, answer: string][] = [
  ['no type', {}, "Expecting 'type' to be present"],
  ['type UNKNOWN', { type: Type.UNKNOWN }, "Expecting 'type' to be present"],
  ['no accept', { type: Type.ACCEPT }, "Expecting 'accept' to be present"],
  ['no decline', { type: Type.DECLINE }, "Expecting 'decline' to be present"],
  ['no inverse accept', { type: Type.ACCEPT_INVERSE_OFFERS }, "Expecting 'accept_inverse_offers' to be present"],
  ['no inverse decline', { type: Type.DECLINE_INVERSE_OFFERS }, "Expecting 'decline_inverse_offers' to be present"],
  ['no kill', { type: Type.KILL }, "Expecting 'kill' to be present"],
  ['no shutdown', { type: Type.SHUTDOWN }, "Expecting 'shutdown' to be present"],
  ['no acknowledge', { type: Type.ACKNOWLEDGE }, "Expecting 'acknowledge' to be present"],
  ['no reconcile', { type: Type.RECONCILE }, "Expecting 'reconcile' to be present"],
  ['no operations', { type: Type.RECONCILE_OPERATIONS }, "Expecting 'reconcile_operations' to be present"],
  ['no message', { type: Type.MESSAGE }, "Expecting 'message' to be present"],
  ['no request', { type: Type.REQUEST }, "Expecting 'request' to be present"],
  ['no update', { type: Type.UPDATE_FRAMEWORK }, "Expecting 'update_framework' to be present"],
  ['no subscribe', { type: Type.SUBSCRIBE }, "Expecting 'subscribe' to be present"],
  [
    'no operation status',
    { type: Type.ACKNOWLEDGE_OPERATION_STATUS },
    "Expecting 'acknowledge_operation_status' to be present",
  ],
  [
    'a short uuid',
    {
      type: Type.ACKNOWLEDGE,
      acknowledge: { agentId: { value: 'a' }, taskId: { value: 't' }, uuid: new Uint8Array(15) },
    },
    'Cannot read UUID: it has not 16 bytes',
  ],
  [
    'a short uuid of an operation',
    {
      type: Type.ACKNOWLEDGE_OPERATION_STATUS,
      acknowledgeOperationStatus: { agentId: { value: 'a' }, operationId: { value: 'o' }, uuid: new Uint8Array(1) },
    },
    'Cannot read UUID: it has not 16 bytes',
  ],
  [
    'no agent of an operation',
    {
      type: Type.ACKNOWLEDGE_OPERATION_STATUS,
      acknowledgeOperationStatus: { operationId: { value: 'o' }, uuid: id16 },
    },
    "Expecting 'agent_id' to be present",
  ],
  [
    'another id inside',
    { type: Type.SUBSCRIBE, frameworkId: { value: 'x' }, subscribe: { frameworkInfo: frameworkInfo() } },
    "'framework_id' differs from 'subscribe.framework_info.id'",
  ],
  [
    'another id in an update',
    { type: Type.UPDATE_FRAMEWORK, updateFramework: { frameworkInfo: frameworkInfo({ id: { value: 'x' } }) } },
    "'framework_id' differs from 'update_framework.framework_info.id'",
  ],
  ['no framework id', { type: Type.REVIVE, frameworkId: null }, "Expecting 'framework_id' to be present"],
  ['an unknown framework id', { type: Type.REVIVE, frameworkId: { value: 'x' } }, 'Framework cannot be found'],
  ['a foreign role', { type: Type.REVIVE, revive: { roles: ['x'] } }, 'Cannot revive roles x'],
  ['a foreign role', { type: Type.SUPPRESS, suppress: { roles: ['x'] } }, 'Cannot suppress roles x'],
];

/** Framework infos, and the ERROR that a SUBSCRIBE with them is answered with. */
const FRAMEWORKS: readonly [info: Partial<FrameworkInfo>, answer: string][] = [
  [{ role: 'a' }, "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable"],
  [{ roles: ['a', 'b', 'a'] }, "'FrameworkInfo.roles' contains duplicate items: { a }"],
  [{ roles: ['-a'] }, "'FrameworkInfo.roles' contains invalid role: "],
  [{ roles: ['a//b'] }, "'FrameworkInfo.roles' contains invalid role: "],
  [{ roles: ['a/'] }, "'FrameworkInfo.roles' contains invalid role: "],
  [{ roles: ['a b'] }, "'FrameworkInfo.roles' contains invalid role: "],
  [{ roles: ['.'] }, "'FrameworkInfo.roles' contains invalid role: "],
  [{ roles: ['a/..'] }, "'FrameworkInfo.roles' contains invalid role: "],
  [{ roles: ['a/*'] }, "'FrameworkInfo.roles' contains invalid role: "],
  [{ roles: [''] }, "'FrameworkInfo.roles' contains invalid role: "],
  [{ capabilities: [], roles: ['a'] }, "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE"],
  [{ capabilities: [], roles: [], role: '/' }, "'FrameworkInfo.role' is not a valid role: "],
  [{ id: { value: 'a/b' } }, "'a/b' contains invalid characters"],
  [{ id: { value: '..' } }, "'..' is disallowed"],
  [{ id: { value: 'x'.repeat(256) } }, 'ID must not be greater than 255 characters'],
  [{ failoverTimeout: Number.NaN }, 'The framework failover_timeout (NaN) is invalid'],
  [{ failoverTimeout: 1e300 }, 'The framework failover_timeout (1e+300) is invalid'],
  [{ failoverTimeout: Number.NEGATIVE_INFINITY }, 'The framework failover_timeout (-Infinity) is invalid'],
  [
    { offerFilters: { '*': { minAllocatableResources: { quantities: [{ quantities: { cpus: { value: -1 } } }] } } } },
    "'FrameworkInfo.offer_filters' of role '*' is invalid: the least amount of 'cpus' is -1",
  ],
];

const unusable = (message: string) => `Task uses invalid resources: ${message}`;
const unreadable = (message: string) => new RegExp(`^Resource '.*' is invalid: ${message}`);
const command = (variable: object) => ({ command: { value: 'x', environment: { variables: [variable as never] } } });
const broken = (message: string) => `Task's \`CommandInfo\` is invalid: Environment variable 'V' ${message}`;
const volume = (more: object) => ({
  container: { type: Container.MESOS, volumes: [{ mode: RW, containerPath: 'p', ...more }] },
});
const from = (type: mesos.v1.Volume.Source.Type) => volume({ source: { type } });
const unset = (field: string, kind: string) =>
  `Task's \`ContainerInfo\` is invalid: Invalid volume: 'source.${field}' is not set for ${kind} volume`;
const executor = (more: object) => ({
  command: null,
  executor: { executorId: { value: 'e' }, command: { value: 'run' }, resources: [scalar('cpus', 0.1)], ...more },
});
const only = (...resources: TaskInfo['resources'] & object) => ({ resources });
const ports = (begin: number, end: number) => ({ name: 'ports', type: RANGES, ranges: { range: [{ begin, end }] } });
const health = (more: object) => ({ healthCheck: more });
const ill = (message: string) => `Task uses invalid health check: ${message}`;

/** Tasks of a LAUNCH, and the TASK_ERROR that each is answered with. */
const TASKS: readonly [task: Partial<TaskInfo>, answer: string | RegExp][] = [
  [{ taskId: { value: '' } }, 'ID must not be empty'],
  [{ taskId: { value: 'a\\b' } }, "'a\\b' contains invalid characters"],
  [{ taskId: { value: 'é'.repeat(128) } }, 'ID must not be greater than 255 characters'],
  [{ agentId: { value: '' } }, /^Task uses invalid agent {2}while agent \S+-S0 is expected$/],
  [{ killPolicy: { gracePeriod: { nanoseconds: -1 } } }, "Task's 'kill_policy.grace_period' must be non-negative"],
  [{ maxCompletionTime: { nanoseconds: -1 } }, "Task's `max_completion_time` must be non-negative"],
  [{ check: {} }, "Task uses invalid check: CheckInfo must specify 'type'"],
  [{ check: { type: Check.UNKNOWN } }, "Task uses invalid check: 'UNKNOWN' is not a valid check type"],
  [{ check: { type: Check.COMMAND } }, "Task uses invalid check: Expecting 'command' to be set for COMMAND check"],
  [
    { check: { type: Check.COMMAND, command: { command: {} } } },
    "Task uses invalid check: Command check must contain 'shell command'",
  ],
  [
    { check: { type: Check.COMMAND, command: { command: { shell: false } } } },
    "Task uses invalid check: Command check must contain 'executable path'",
  ],
  [{ check: { type: Check.HTTP } }, "Task uses invalid check: Expecting 'http' to be set for HTTP check"],
  [
    { check: { type: Check.HTTP, http: { port: 1, path: 'x' } } },
    "Task uses invalid check: The path 'x' of HTTP check must start with '/'",
  ],
  [{ check: { type: Check.TCP } }, "Task uses invalid check: Expecting 'tcp' to be set for TCP check"],
  [
    { check: { type: Check.TCP, tcp: { port: 1 }, intervalSeconds: -1 } },
    "Task uses invalid check: Expecting 'interval_seconds' to be non-negative",
  ],
  [
    { check: { type: Check.TCP, tcp: { port: 1 }, timeoutSeconds: -1 } },
    "Task uses invalid check: Expecting 'timeout_seconds' to be non-negative",
  ],
  [health({ type: Health.UNKNOWN }), ill("'UNKNOWN' is not a valid health check type")],
  [health({ type: Health.COMMAND }), ill("Expecting 'command' to be set for COMMAND health check")],
  [health({ type: Health.HTTP }), ill("Expecting 'http' to be set for HTTP health check")],
  [health({ type: Health.HTTP, http: { port: 1, scheme: 'ftp' } }), ill("Unsupported HTTP health check scheme: 'ftp'")],
  [health({ type: Health.TCP }), ill("Expecting 'tcp' to be set for TCP health check")],
  ...(['delay', 'gracePeriod', 'interval', 'timeout'] as const).map((name): [Partial<TaskInfo>, string] => [
    health({ type: Health.TCP, tcp: { port: 1 }, [`${name}Seconds`]: -0.1 }),
    ill(`Expecting '${name === 'gracePeriod' ? 'grace_period' : name}_seconds' to be non-negative`),
  ]),
  [only(), 'Task uses no resources'],
  [only({ name: '', type: SCALAR, scalar: { value: 1 } }), unreadable('Empty resource name')],
  [only({ name: 'cpus', type: SCALAR }), unreadable('Invalid scalar resource')],
  [only(scalar('cpus', Number.NaN)), unreadable('Invalid scalar resource: value is not finite')],
  [only(scalar('cpus', -0.1)), unreadable('Invalid scalar resource: value <= 0')],
  [only({ name: 'x', type: TEXT }), unreadable('Unsupported resource type')],
  [only({ name: 'ports', type: RANGES }), unreadable('Invalid ranges resource')],
  [only(ports(5, 4)), unreadable('Invalid ranges resource: begin > end')],
  [
    only({ name: 'ports', type: RANGES, ranges: { range: [ports(1, 3), ports(3, 4)].flatMap((p) => p.ranges.range) } }),
    unreadable('Invalid ranges resource: overlapping ranges'),
  ],
  [only({ name: 's', type: SET, set: { item: ['a', 'a'] } }), unreadable('Invalid set resource: duplicated elements')],
  [only({ ...scalar('cpus', 1), role: '/x' }), unreadable("Role '/x' cannot start with a slash")],
  [
    only({ ...scalar('cpus', 1), reservations: [{ role: 'r' }] }),
    unreadable("Invalid reservation: 'Resource.ReservationInfo.type' field must be set"),
  ],
  [only({ ...scalar('cpus', 1), disk: {} }), unreadable('DiskInfo should not be set for cpus resource')],
  [only({ ...scalar('mem', 1), shared: {} }), unreadable('Resource mem cannot be shared')],
  [only({ ...scalar('disk', 1), shared: {} }), unreadable('Only persistent volumes can be shared')],
  [only({ ...scalar('disk', 1), disk: {} }), unusable('DiskInfo is set but empty')],
  [
    only({ ...scalar('disk', 1), disk: { volume: { mode: RW, containerPath: 'p' } } }),
    unusable('Non-persistent volume not supported'),
  ],
  [
    only({ ...scalar('disk', 1), disk: { persistence: { id: 'p' } } }),
    unusable('Persistent volumes cannot be created from unreserved resources'),
  ],
  [only(scalar('gpus', 0.5)), unusable("The 'gpus' resource must be an unsigned integer")],
  [
    only(scalar('cpus', 0.1), { ...scalar('cpus', 0.1), revocable: {} }),
    unusable("Cannot use both revocable and non-revocable 'cpus' at the same time"),
  ],
  [
    only({ ...scalar('cpus', 0.1), allocationInfo: { role: 'a' } }, scalar('mem', 1)),
    "Invalid task resources: The resources have multiple allocation roles ('*' and 'a')",
  ],
  [
    only(scalar('cpus', 99)),
    /^Total resources cpus\(allocated: \*\):99 required by task and its executor is more than/,
  ],
  [only(ports(1, 2)), /^Total resources ports\(allocated: \*\):\[1-2\] required by task/],
  [command({ name: 'V' }), broken("of type 'VALUE' must have a value set")],
  [command({ name: 'V', value: 'x', secret: {} }), broken("of type 'VALUE' must not have a secret set")],
  [command({ name: 'V', type: Variable.SECRET }), broken("of type 'SECRET' must have a secret set")],
  [
    command({ name: 'V', type: Variable.SECRET, value: 'x', secret: { type: Secret.VALUE } }),
    broken("of type 'SECRET' must not have a value set"),
  ],
  [
    command({ name: 'V', type: Variable.SECRET, secret: { type: Secret.VALUE } }),
    broken("specifies an invalid secret: Secret of type VALUE must have the 'value' field set"),
  ],
  [
    command({ name: 'V', type: Variable.SECRET, secret: { type: Secret.REFERENCE } }),
    broken("specifies an invalid secret: Secret of type REFERENCE must have the 'reference' field set"),
  ],
  [
    command({ name: 'V', type: Variable.SECRET, secret: { type: Secret.VALUE, value: { data: new Uint8Array(1) } } }),
    broken('specifies a secret containing null bytes'),
  ],
  [
    command({ name: 'V', type: Variable.UNKNOWN, value: 'x' }),
    /Environment variable of type 'UNKNOWN' is not allowed$/,
  ],
  [
    { container: { type: Container.DOCKER } },
    "Task's `ContainerInfo` is invalid: DockerInfo 'docker' is not set for DOCKER typed ContainerInfo",
  ],
  [
    { container: { type: Container.DOCKER, docker: { image: 'i', parameters: [{ key: 'name', value: 'n' }] } } },
    "Task's `ContainerInfo` is invalid: Parameter in DockerInfo must not be 'name'",
  ],
  [
    volume({}),
    "Task's `ContainerInfo` is invalid: Invalid volume: Only one of them should be set: 'host_path', 'image' and 'source'",
  ],
  [from(Source.DOCKER_VOLUME), unset('docker_volume', 'DOCKER_VOLUME')],
  [from(Source.HOST_PATH), unset('host_path', 'HOST_PATH')],
  [from(Source.SANDBOX_PATH), unset('sandbox_path', 'SANDBOX_PATH')],
  [from(Source.SECRET), unset('secret', 'SECRET')],
  [from(Source.CSI_VOLUME), unset('csi_volume', 'CSI')],
  [from(Source.UNKNOWN), "Task's `ContainerInfo` is invalid: Invalid volume: 'source.type' is unknown"],
  [
    { container: { type: Container.MESOS, linuxInfo: { shareCgroups: false } } },
    "Only tasks in a task group may have 'share_cgroups' set to 'false'",
  ],
  [{ limits: { cpus: { value: 1 } } }, 'Agent is not capable of handling task resource limits'],
  [
    { ...executor({}), command: { value: 'x' } },
    'Task should have at least one (but not both) of CommandInfo or ExecutorInfo present',
  ],
  [executor({ executorId: { value: '.' } }), "'.' is disallowed"],
  [executor({ type: DEFAULT, command: null }), "'ExecutorInfo.type' must be 'CUSTOM'"],
  [executor({ type: DEFAULT }), "'ExecutorInfo.command' must not be set for 'DEFAULT' executor"],
  [executor({ type: CUSTOM, command: null }), "'ExecutorInfo.command' must be set for 'CUSTOM' executor"],
  [executor({ command: null }), "'ExecutorInfo.command' must be set"],
  [
    executor({ type: DEFAULT, command: null, container: { type: Container.DOCKER, docker: { image: 'i' } } }),
    "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor",
  ],
  [executor({ frameworkId: { value: 'x' } }), 'ExecutorInfo has an invalid FrameworkID (Actual: x vs Expected: '],
  [
    executor({ shutdownGracePeriod: { nanoseconds: -1 } }),
    "ExecutorInfo's 'shutdown_grace_period' must be non-negative",
  ],
  [executor({ resources: [scalar('gpus', 0.1)] }), 'Executor uses invalid resources: The '],
  [
    executor({ container: { type: Container.MESOS, linuxInfo: { shareCgroups: true } } }),
    "The 'share_cgroups' field cannot be set to 'true' on executor containers",
  ],
  [
    { ...executor({ resources: [ports(31_000, 31_000)] }), resources: [ports(31_000, 31_001)] },
    'There are overlapping resources in the task and its executor: ',
  ],
];

function subscribed() {
  const rig = new MasterRig();
  const agent = rig.registeredAgent();
  const scheduler = rig.scheduler().subscribe();
  return { rig, agent, scheduler };
}

/** That the text is the answer, or begins with it, or is one of the reasons listed in it. */
function expectAnswer(text: string | null | undefined, answer: string | RegExp): void {
  if (typeof answer === 'string') expect(`; ${text}`).toContain(`; ${answer}`);
  else expect(text).toMatch(answer);
}

describe('what is wrong with a call is refused by name and changes nothing', () => {
  it.each(CALLS)('%s', (_wrong, call, answer) => {
    const { rig, scheduler } = subscribed();
    const outcome = scheduler.call(call);
    expect(outcome).toMatchObject({ kind: 'refused', status: 400, message: expect.stringContaining(answer) });
    expect(rig.master.frameworks.live.size).toBe(1);
    expect(scheduler.takeOffers()).toHaveLength(1);
  });

  it.each(FRAMEWORKS)('%j', (info, answer) => {
    const { rig } = subscribed();
    const scheduler = rig.scheduler().subscribe(frameworkInfo(info));
    expectAnswer(scheduler.take('error').message, answer);
    expect(scheduler.closed).toBe(true);
    expect(rig.master.frameworks.live.size).toBe(1);
  });

  it.each([
    ['suppressed', { suppressedRoles: ['x'] }, 'Suppressed roles { x } are not contained in the set of roles'],
    [
      'constrained',
      { offerConstraints: { roleConstraints: { x: {} } } },
      "'offer_constraints' name roles { x } that are not subscribed",
    ],
  ])('a role that is %s without being subscribed', (_name, more, answer) => {
    const { rig, scheduler } = subscribed();
    const next = rig.scheduler();
    next.call({ type: Type.SUBSCRIBE, subscribe: { frameworkInfo: frameworkInfo(), ...more } });
    expect(next.take('error').message).toBe(answer);
    const info = frameworkInfo({ id: { value: scheduler.id } });
    const update = { type: Type.UPDATE_FRAMEWORK, updateFramework: { frameworkInfo: info, ...more } };
    expect(scheduler.call(update)).toMatchObject({ status: 400, message: expect.stringContaining(answer) });
  });

  it.each(TASKS)('TASK_ERROR for %j', (task, answer) => {
    const { agent, scheduler } = subscribed();
    scheduler.accept(scheduler.takeOffers(), [
      { type: Operation.LAUNCH, launch: { taskInfos: [commandTask('t', agent.id, task)] } },
    ]);
    const status = scheduler.takeStatus();
    expect(mesos.v1.TaskState[status.state]).toBe('TASK_ERROR');
    expectAnswer(status.message, answer);
    expect(agent.messages.filter(({ runTask }) => runTask)).toEqual([]);
    expect(scheduler.takeOffers()).toHaveLength(1); // nothing was lost on it
  });

  it('counts over a hundred mistakes', () => {
    expect(CALLS.length + FRAMEWORKS.length + TASKS.length).toBeGreaterThan(100);
  });
});
