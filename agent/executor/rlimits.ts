import { type CommandInfo, type ContainerInfo, mesos } from '../../proto/index.js';

type RLimit = mesos.v1.RLimitInfo.RLimit.$Properties;
type RLimits = ContainerInfo['rlimitInfo'];

/** Why limits are wrong, as the original judges them; undefined when they are fine. */
export function rlimitProblem(info: RLimits): string | undefined {
  return (info?.rlimits ?? []).map(problemOf).find((problem) => problem !== undefined);
}

function problemOf({ type, soft, hard }: RLimit): string | undefined {
  const name = mesos.v1.RLimitInfo.RLimit.Type[type ?? 0];
  if (!type || name === undefined) return 'a limit without a known type';
  if ((soft == null) !== (hard == null)) return `${name} needs both soft and hard, or neither for no limit`;
  return soft != null && hard != null && soft > hard ? `${name} has a soft limit above the hard one` : undefined;
}

/**
 * The command under its container's resource limits: started through `prlimit` (util-linux), which sets them and becomes
 * the command. A limit that its user may not raise ends the task with 1 and the reason on its stderr.
 */
export function withRlimits(command: CommandInfo, container: ContainerInfo | null | undefined): CommandInfo {
  const limits = container?.rlimitInfo?.rlimits ?? [];
  if (limits.length === 0) return command;
  const { shell, value, arguments: argv, ...rest } = command;
  const program = value ?? '';
  const wrapped = (shell ?? true) ? ['/bin/sh', '-c', program] : [program, ...(argv ?? []).slice(1)];
  return { ...rest, shell: false, value: 'prlimit', arguments: ['prlimit', ...limits.map(option), '--', ...wrapped] };
}

function option({ type, soft, hard }: RLimit): string {
  const name = (mesos.v1.RLimitInfo.RLimit.Type[type ?? 0] ?? '').replace('RLMT_', '').toLowerCase();
  return `--${name}=${amount(soft)}:${amount(hard)}`;
}

/** What is beyond exact integers is what the system calls infinite. */
function amount(limit: number | null | undefined): string {
  return limit == null || limit > Number.MAX_SAFE_INTEGER ? 'unlimited' : String(limit);
}
