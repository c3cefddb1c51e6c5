/** What differs on purpose, as the line that tells of it, with the reason. */
const EXPLAINED: readonly (readonly [difference: RegExp, reason: string])[] = [
  [
    /^launch_group\/updates \S+( group)? events\[[03]\]\.container_status\.(executor_pid|network_infos): .* in the original absent$/,
    'the original may announce TASK_STARTING of a group before it knows pid and addresses; ours always knows them',
  ],
  [
    /^launch_group\/updates killed group events\[[01]\]\.message: "Command terminated with signal Terminated", in the original "Command terminated with signal Killed"$/,
    'the kill found the original before its containers were up, which it then ends with SIGKILL; ours gets the SIGTERM that a kill begins with',
  ],
];

/** Why a difference is as it should be; undefined when nothing explains it. */
export function explain(difference: string): string | undefined {
  return EXPLAINED.find(([pattern]) => pattern.test(difference))?.[1];
}
