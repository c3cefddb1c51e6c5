import { Command } from 'commander';
import { FileTail, offsetOfLastLines, sandboxReader } from '../cluster/sandbox.js';
import { type Context, contextOf } from '../context.js';
import { ASKING, withHelp } from '../help.js';
import { onInterrupt } from '../interrupt.js';
import { wholeNumber } from '../options.js';
import { drain, type Followed, follow } from '../output/follow.js';
import { LinePrefixer } from '../output/line-prefixer.js';
import { pickTask, sandboxOf } from '../views/find-task.js';
import { isLive } from '../views/format.js';
import { readTasks, type TaskRow } from '../views/tasks.js';

/** How often the master is asked whether the tasks have ended, in ms. */
const ENDED_CHECK_MS = 500;

interface LogsOptions {
  readonly follow?: boolean;
  readonly stderr?: boolean;
  readonly lines?: number;
}

/** `meseta logs`. Reads sandboxes from the agents' API, so it also works for tasks of other frameworks. */
export function logsCommand(): Command {
  const command = new Command('logs')
    .description('print what tasks wrote to their standard output, or with --stderr to their standard error')
    .argument('<task...>', 'task ids or unique beginnings of them; the id of a job means all its tasks')
    .option('-f, --follow', 'go on until the tasks have ended')
    .option('--stderr', 'standard error instead of standard output')
    .option('-n, --lines <count>', 'only the last lines', wholeNumber(0))
    .action(logs);
  return withHelp(
    command,
    [
      ['meseta logs hello.0', 'everything so far'],
      ['meseta logs -f hello.0', 'and what comes, until the task ends'],
      ['meseta logs -f hello', 'of all tasks of a job, each line under its task'],
      ['meseta logs --stderr -n 20 hello.0', 'the last 20 lines of standard error'],
    ],
    [...ASKING, 'notFound', 'interrupted'],
  );
}

async function logs(ids: string[], options: LogsOptions, self: Command): Promise<void> {
  const context = contextOf(self);
  const master = await context.master();
  const known = await readTasks(master);
  const rows = [...new Set(ids.flatMap((id) => tasksOf(known, id)))];
  const file = options.stderr === true ? 'stderr' : 'stdout';
  const followed = await Promise.all(
    rows.map(async ({ task }): Promise<Followed> => {
      const read = sandboxReader(await sandboxOf(master, task));
      const offset = options.lines === undefined ? 0 : await offsetOfLastLines(read, file, options.lines);
      return { tail: new FileTail(read, file, offset), ...sink(context, task.taskId.value, rows.length > 1) };
    }),
  );
  if (options.follow !== true) {
    await drain(followed);
    for (const { end } of followed) end?.();
    return;
  }
  using _following = onInterrupt(`Stopped following; the tasks go on. Follow again: meseta logs -f ${ids.join(' ')}`);
  const taskIds = rows.map(({ task }) => task.taskId.value);
  await follow(
    followed,
    seldom(async () => {
      const now = await readTasks(master);
      return taskIds.every((id) => !isLive(pickTask(now, id).task));
    }),
  );
}

/** The task of that id; else every task of the job of that id; else the one whose id begins so. */
function tasksOf(known: readonly TaskRow[], id: string): TaskRow[] {
  const exact = known.some(({ task }) => task.taskId.value === id);
  const ofJob = known.filter(({ task }) => task.taskId.value.startsWith(`${id}.`));
  return exact || ofJob.length === 0 ? [pickTask(known, id)] : ofJob;
}

function sink({ terminal }: Context, taskId: string, prefixed: boolean): Pick<Followed, 'write' | 'end'> {
  if (!prefixed) return { write: terminal.out.writeBytes };
  const prefixer = new LinePrefixer(`${terminal.style.of(taskId)} | `, terminal.out.writeBytes);
  return { write: (data) => prefixer.write(data), end: () => prefixer.flush() };
}

/** Asks at most every half second; in between the answer is no. */
function seldom(ask: () => Promise<boolean>): () => Promise<boolean> {
  let nextAtMs = 0;
  return async () => {
    if (performance.now() < nextAtMs) return false;
    nextAtMs = performance.now() + ENDED_CHECK_MS;
    return await ask();
  };
}
