import { type CommandInfo, type ContainerInfo, type ExecutorInfo, mesos, type TaskInfo } from '../../proto/index.js';
import { rlimitProblem } from './rlimits.js';

/**
 * Why a task of a built-in executor cannot be run as it asks; undefined when it can. Nothing that it asks for is passed
 * over in silence: a task that believes to have a volume or a secret must not run without.
 */
export function unsupportedTask(task: TaskInfo, executor: ExecutorInfo): string | undefined {
  return (
    unsupportedContainer(task.container) ??
    unsupportedContainer(executor.container) ??
    refusal([
      ...containerFields('container', task.container),
      ...containerFields('executor.container', executor.container),
      ...secrets('command', task.command),
      ...secrets('executor.command', executor.command),
      ...secrets('health_check.command', task.healthCheck?.command),
      ...secrets('check.command.command', task.check?.command?.command),
      ...volumesOf('resources', task.resources),
      ...volumesOf('executor.resources', executor.resources),
    ])
  );
}

/** The same for the program of a custom executor, which sees to its tasks' containers itself. */
export function unsupportedExecutor({ container, command, resources }: ExecutorInfo): string | undefined {
  return (
    unsupportedContainer(container) ??
    refusal([
      ...containerFields('executor.container', container),
      ...secrets('executor.command', command),
      ...volumesOf('executor.resources', resources),
    ])
  );
}

function refusal(fields: readonly string[]): string | undefined {
  if (fields.length === 0) return undefined;
  return `Unsupported: ${fields.join(', ')}; this agent runs plain processes, leave out what it cannot give them`;
}

/** What the original refuses too, in its words. */
function unsupportedContainer(container: ContainerInfo | null | undefined): string | undefined {
  if (!container) return undefined;
  if (container.type === mesos.v1.ContainerInfo.Type.DOCKER) {
    return 'None of the enabled containerizers (mesos) could create a container for the provided TaskInfo/ExecutorInfo message';
  }
  const image = container.mesos?.image;
  return image ? `Unsupported container image type: ${mesos.v1.Image.Type[image.type] ?? image.type}` : undefined;
}

function containerFields(at: string, container: ContainerInfo | null | undefined): string[] {
  if (!container) return [];
  const rlimits = rlimitProblem(container.rlimitInfo);
  return [
    ...listed((container.volumes ?? []).length > 0, `${at}.volumes`),
    ...listed(Boolean(container.hostname), `${at}.hostname`),
    ...listed((container.networkInfos ?? []).some(wantsOwnNetwork), `${at}.network_infos`),
    ...linuxFields(`${at}.linux_info`, container.linuxInfo),
    ...listed(rlimits !== undefined, `${at}.rlimit_info (${rlimits})`),
    ...listed(container.ttyInfo != null, `${at}.tty_info`),
  ];
}

/** One without a name, address or ports means the network of the host, which is what there is. */
function wantsOwnNetwork({ name, ipAddresses, portMappings, groups }: mesos.v1.NetworkInfo.$Properties): boolean {
  const address = (ipAddresses ?? []).some(({ ipAddress }) => Boolean(ipAddress));
  return Boolean(name) || address || (portMappings ?? []).length > 0 || (groups ?? []).length > 0;
}

/** Sharing everything with the host is what plain processes do; `share_pid_namespace: false` is but the default. */
function linuxFields(at: string, linux: ContainerInfo['linuxInfo']): string[] {
  if (!linux) return [];
  const { PRIVATE } = mesos.v1.LinuxInfo.IpcMode;
  return [
    ...listed(linux.capabilityInfo != null, `${at}.capability_info`),
    ...listed(linux.boundingCapabilities != null, `${at}.bounding_capabilities`),
    ...listed(linux.effectiveCapabilities != null, `${at}.effective_capabilities`),
    ...listed(linux.seccomp?.profileName != null, `${at}.seccomp.profile_name`),
    ...listed(linux.ipcMode === PRIVATE, `${at}.ipc_mode PRIVATE`),
    ...listed(linux.shmSize != null, `${at}.shm_size`),
    ...listed(linux.shareCgroups === false, `${at}.share_cgroups false`),
  ];
}

function secrets(at: string, command: CommandInfo | null | undefined): string[] {
  const { SECRET } = mesos.v1.Environment.Variable.Type;
  return (command?.environment?.variables ?? [])
    .filter(({ type }) => type === SECRET)
    .map(({ name }) => `${at}.environment variable ${name} of type SECRET`);
}

function volumesOf(at: string, resources: TaskInfo['resources']): string[] {
  return (resources ?? []).flatMap(({ disk }) =>
    listed(
      disk?.persistence != null || disk?.volume != null,
      `${at} with volume ${disk?.persistence?.id ?? ''}`.trim(),
    ),
  );
}

const listed = (unsupported: boolean, field: string): string[] => (unsupported ? [field] : []);
