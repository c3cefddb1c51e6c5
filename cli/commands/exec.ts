import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import type { AgentCall } from '../../proto/index.js';
import { type ContainerID, mesos, type Task } from '../../proto/index.js';
import { agentClient } from '../cluster/operator-client.js';
import { runSession } from '../cluster/session.js';
import { contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { OF_THE_TASK, withHelp } from '../help.js';
import { withOwnFailureCode } from '../run/own-failure.js';
import { containerOf, findTask, sandboxOf } from '../views/find-task.js';
import { isLive, stateName } from '../views/format.js';

/** `meseta exec`. Ends with the exit code of the command it ran (128+n for signal n), 125 for a failure of its own. */
export function execCommand(): Command {
  const command = new Command('exec')
    .description(
      'run a command beside a live task: in its sandbox, as its user, with its environment; exits with its code',
    )
    .argument('<task>', 'task id, or a unique beginning of one')
    .argument(
      '<command...>',
      'one argument: a line for /bin/sh; several, or any after "--": a program and its arguments',
    )
    .passThroughOptions()
    .action((id: string, words: string[], _options: object, self: Command) =>
      withOwnFailureCode(() => exec(id, words, self)),
    );
  return withHelp(
    command,
    [
      ["meseta exec hello.0 'ls -l; cat stdout'", 'a shell line'],
      ['meseta exec hello.0 -- ps aux', 'a program and its arguments'],
    ],
    ['usage', 'ownFailure', 'interrupted'],
    OF_THE_TASK,
  );
}

async function exec(id: string, words: readonly string[], self: Command): Promise<void> {
  const context = contextOf(self);
  const master = await context.master();
  const { task } = await findTask(master, id);
  const containerId = { value: randomUUID(), parent: runningContainer(task) };
  const { agentAddress } = await sandboxOf(master, task);
  const call: AgentCall = {
    type: mesos.v1.agent.Call.Type.LAUNCH_NESTED_CONTAINER_SESSION,
    launchNestedContainerSession: { containerId, command: toCommand(words) },
  };
  await runSession(agentAddress, call, {
    stdout: context.terminal.out.writeBytes,
    stderr: context.terminal.err.writeBytes,
  });
  const ended = await agentClient(agentAddress).call({
    type: mesos.v1.agent.Call.Type.WAIT_NESTED_CONTAINER,
    waitNestedContainer: { containerId },
  });
  process.exitCode = exitCodeOfWaitStatus(ended.waitNestedContainer?.exitStatus ?? undefined);
}

/** One word is a line for the shell; several, or any after `--`, are a program and its arguments. */
export function toCommand(words: readonly string[]): mesos.v1.CommandInfo.$Properties {
  const argv = words[0] === '--' ? words.slice(1) : words;
  const [first] = argv;
  if (first === undefined) throw new CommandFailure(EXIT.usage, 'Cannot exec: a command is missing after "--"');
  if (argv.length === 1 && words[0] !== '--') return { shell: true, value: first };
  return { shell: false, value: first, arguments: [...argv] };
}

function runningContainer(task: Task): ContainerID {
  const taskId = task.taskId.value;
  const what = `Cannot exec beside ${taskId}`;
  if (!isLive(task))
    throw new CommandFailure(EXIT.refused, `${what}: it has ended (${stateName(task.state)})`, `meseta logs ${taskId}`);
  const container = containerOf(task);
  if (container !== undefined) return container;
  throw new CommandFailure(EXIT.refused, `${what}: it is not running yet (${stateName(task.state)})`, 'try again soon');
}

/** The shell's code for a wait status as waitpid() gives it: the exit code, or 128 and the signal. */
export function exitCodeOfWaitStatus(status: number | undefined): number {
  if (status === undefined) return EXIT.ownFailure;
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}
