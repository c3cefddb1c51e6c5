import { describe, expect, it } from 'vitest';
import { type ContainerInfo, type ExecutorInfo, mesos, type TaskInfo } from '../../proto/index.js';
import { AgentRig, commandTask } from '../../test/support/agent-rig.js';
import { unsupportedExecutor, unsupportedTask } from './unsupported.js';

const { MESOS, DOCKER } = mesos.v1.ContainerInfo.Type;
const { VALUE, SECRET } = mesos.v1.Environment.Variable.Type;
const { PRIVATE, SHARE_PARENT } = mesos.v1.LinuxInfo.IpcMode;
const { RLMT_NOFILE } = mesos.v1.RLimitInfo.RLimit.Type;

const EXECUTOR: ExecutorInfo = { executorId: { value: 'e' } };
const container = (more: Partial<ContainerInfo>): Partial<TaskInfo> => ({ container: { type: MESOS, ...more } });
const secret = { environment: { variables: [{ name: 'TOKEN', type: SECRET, secret: {} }] } };
const volume = { containerPath: 'data', mode: mesos.v1.Volume.Mode.RW };
const limit = (soft?: number, hard?: number) => ({
  rlimitInfo: {
    rlimits: [{ type: RLMT_NOFILE, ...(soft !== undefined && { soft }), ...(hard !== undefined && { hard }) }],
  },
});
const persistent = {
  name: 'disk',
  type: mesos.v1.Value.Type.SCALAR,
  scalar: { value: 10 },
  disk: { persistence: { id: 'v1' }, volume },
};

/** What a task asks for, and the field its refusal names. */
const REFUSED: readonly (readonly [field: string, task: Partial<TaskInfo>])[] = [
  ['enabled containerizers (mesos)', container({ type: DOCKER, docker: { image: 'alpine' } })],
  ['image type: DOCKER', container({ mesos: { image: { type: mesos.v1.Image.Type.DOCKER } } })],
  ['container.volumes', container({ volumes: [{ ...volume, hostPath: '/srv' }] })],
  ['container.hostname', container({ hostname: 'db1' })],
  ['container.network_infos', container({ networkInfos: [{ name: 'overlay' }] })],
  ['container.network_infos', container({ networkInfos: [{ portMappings: [{ hostPort: 80, containerPort: 80 }] }] })],
  ['container.network_infos', container({ networkInfos: [{ ipAddresses: [{ ipAddress: '10.0.0.9' }] }] })],
  ['container.linux_info.capability_info', container({ linuxInfo: { capabilityInfo: {} } })],
  ['container.linux_info.bounding_capabilities', container({ linuxInfo: { boundingCapabilities: {} } })],
  ['container.linux_info.effective_capabilities', container({ linuxInfo: { effectiveCapabilities: {} } })],
  ['container.linux_info.seccomp.profile_name', container({ linuxInfo: { seccomp: { profileName: 'strict' } } })],
  ['container.linux_info.ipc_mode PRIVATE', container({ linuxInfo: { ipcMode: PRIVATE } })],
  ['container.linux_info.shm_size', container({ linuxInfo: { shmSize: 64 } })],
  ['container.linux_info.share_cgroups false', container({ linuxInfo: { shareCgroups: false } })],
  ['container.rlimit_info (RLMT_NOFILE needs both soft and hard', container(limit(10))],
  ['container.rlimit_info (RLMT_NOFILE has a soft limit above the hard one)', container(limit(20, 10))],
  ['container.rlimit_info (a limit without a known type)', container({ rlimitInfo: { rlimits: [{}] } })],
  ['container.tty_info', container({ ttyInfo: {} })],
  ['command.environment variable TOKEN of type SECRET', { command: { value: 'true', ...secret } }],
  ['health_check.command.environment variable TOKEN', { healthCheck: { command: { value: 'true', ...secret } } }],
  [
    'check.command.command.environment variable TOKEN',
    { check: { type: mesos.v1.CheckInfo.Type.COMMAND, command: { command: { value: 'true', ...secret } } } },
  ],
  ['resources with volume v1', { resources: [persistent] }],
];

/** What plain processes have anyway. */
const GIVEN: readonly (readonly [what: string, task: Partial<TaskInfo>])[] = [
  ['an empty container', container({})],
  ['the network of the host', container({ networkInfos: [{}] })],
  ['an address of either protocol', container({ networkInfos: [{ ipAddresses: [{ protocol: 1 }] }] })],
  ['the processes of the host', container({ linuxInfo: { sharePidNamespace: true, shareCgroups: true } })],
  ['no more sharing than usual', container({ linuxInfo: { sharePidNamespace: false, ipcMode: SHARE_PARENT } })],
  ['no filter of system calls', container({ linuxInfo: { seccomp: { unconfined: true } } })],
  ['limits of resources', container(limit(10, 20))],
  ['no limits', container(limit())],
  [
    'plain variables',
    { command: { value: 'true', environment: { variables: [{ name: 'A', value: 'b', type: VALUE }] } } },
  ],
];

describe('a task', () => {
  it.each(REFUSED)('is refused, never run without: %s', (field, more) => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'true', more));
    rig.clock.advance(1_000);
    expect(rig.host.starts.size).toBe(0);
    expect(rig.master.statesOf('t')).toEqual(['FAILED']);
    expect(rig.master.lastOf('t')).toMatchObject({
      reason: mesos.v1.TaskStatus.Reason.REASON_CONTAINER_LAUNCH_FAILED,
      message: expect.stringContaining(field),
    });
  });

  it.each(GIVEN)('may ask for %s', (_, more) => {
    expect(unsupportedTask(commandTask('t', 'true', more), EXECUTOR)).toBeUndefined();
  });

  it('hears of everything at once, that of its executor too', () => {
    const { container: asked } = container({ hostname: 'db1', volumes: [volume] });
    const task = commandTask('t', 'true', { container: asked ?? null, resources: [persistent] });
    const executor = { ...EXECUTOR, container: asked ?? null, command: secret, resources: [persistent] };
    expect(unsupportedTask(task, executor)).toBe(
      'Unsupported: container.volumes, container.hostname, executor.container.volumes, executor.container.hostname, ' +
        'executor.command.environment variable TOKEN of type SECRET, resources with volume v1, ' +
        'executor.resources with volume v1; this agent runs plain processes, leave out what it cannot give them',
    );
    expect(unsupportedExecutor(executor)).toMatch(/^Unsupported: executor\.container\.volumes, .*executor\.resources/);
  });
});

describe('a custom executor', () => {
  it('that asks for what there is not fails its tasks, naming the field', () => {
    const rig = new AgentRig().start();
    const executor = { ...EXECUTOR, command: { value: 'run', ...secret } };
    const { command: _, ...task } = commandTask('t', '');
    rig.run({ ...task, executor });
    rig.clock.advance(1_000);
    expect(rig.host.starts.size).toBe(0);
    expect(rig.master.lastOf('t')?.message).toContain('executor.command.environment variable TOKEN of type SECRET');
  });
});
