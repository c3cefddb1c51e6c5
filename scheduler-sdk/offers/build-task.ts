import type { CommandInfo, TaskInfo } from '../../proto/index.js';
import type { Launch } from './match.js';

/** All of a TaskInfo that a placement does not decide. */
export type TaskBody = Omit<TaskInfo, 'agentId' | 'resources' | 'taskId' | 'name'> & { readonly name?: string };

/** The task to launch: resources as they were offered, on the agent that offered them. Its id is the requirement's. */
export function buildTask(launch: Launch, body: TaskBody): TaskInfo {
  return {
    ...body,
    name: body.name ?? launch.requirement.id,
    taskId: { value: launch.requirement.id },
    agentId: { value: launch.place.agentId },
    resources: launch.resources,
  };
}

/** A command run by `/bin/sh -c`. */
export function shellCommand(line: string, environment: Readonly<Record<string, string>> = {}): CommandInfo {
  return { shell: true, value: line, ...environmentOf(environment) };
}

/** A program with its arguments, no shell in between. `argv[0]` is the program, searched in PATH. */
export function programCommand(
  argv: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>> = {},
): CommandInfo {
  return { shell: false, value: argv[0], arguments: [...argv], ...environmentOf(environment) };
}

function environmentOf(environment: Readonly<Record<string, string>>): Pick<CommandInfo, 'environment'> {
  const variables = Object.entries(environment).map(([name, value]) => ({ name, value }));
  return variables.length === 0 ? {} : { environment: { variables } };
}
