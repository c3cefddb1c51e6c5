import { Command, InvalidArgumentError } from 'commander';
import { FileTail, offsetOfLastLines } from '../cluster/sandbox.js';
import { contextOf } from '../context.js';
import { withExamples } from '../help.js';
import { drain, follow } from '../output/follow.js';
import { findTask, sandboxOf } from '../views/find-task.js';
import { isLive } from '../views/format.js';

interface LogsOptions {
  readonly follow?: boolean;
  readonly stderr?: boolean;
  readonly lines?: number;
}

export function logsCommand(): Command {
  const command = new Command('logs')
    .description('print what a task wrote to its standard output, or with --stderr to its standard error')
    .argument('<task>', 'task id, or a unique beginning of one')
    .option('-f, --follow', 'go on until the task has ended')
    .option('--stderr', 'standard error instead of standard output')
    .option('-n, --lines <count>', 'only the last lines', wholeNumber)
    .action(async (id: string, options: LogsOptions, self: Command) => {
      const context = contextOf(self);
      const master = await context.master();
      const { task } = await findTask(master, id);
      const sandbox = await sandboxOf(master, task);
      const file = options.stderr === true ? 'stderr' : 'stdout';
      const offset = options.lines === undefined ? 0 : await offsetOfLastLines(sandbox, file, options.lines);
      const followed = [
        { tail: new FileTail(sandbox, file, offset), write: (data: Uint8Array) => void process.stdout.write(data) },
      ];
      if (options.follow !== true) await drain(followed);
      else await follow(followed, async () => !isLive((await findTask(master, task.taskId.value)).task));
    });
  return withExamples(command, [
    ['meseta logs hello.0', 'everything so far'],
    ['meseta logs -f hello.0', 'and what comes, until the task ends'],
    ['meseta logs --stderr -n 20 hello.0', 'the last 20 lines of standard error'],
  ]);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError(`Give a whole number from 0, not "${text}".`);
  return value;
}
