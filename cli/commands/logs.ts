import { Command } from 'commander';
import { findJobs } from '../cluster/jobs.js';
import { FileTail, offsetOfLastLines, type Sandbox, sandboxReader } from '../cluster/sandbox.js';
import { type Context, contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
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

/** A task whose output is wanted, and where it is. */
interface Source {
  readonly taskId: string;
  readonly sandbox: Sandbox;
}

async function logs(ids: string[], options: LogsOptions, self: Command): Promise<void> {
  const context = contextOf(self);
  const master = await context.master();
  const known = await readTasks(master);
  const found = (await Promise.all(ids.map((id) => sourcesOf(context, known, id)))).flat();
  const sources = [...new Map(found.map((source) => [source.taskId, source])).values()];
  const file = options.stderr === true ? 'stderr' : 'stdout';
  const followed = await Promise.all(
    sources.map(async ({ taskId, sandbox }): Promise<Followed> => {
      const read = sandboxReader(sandbox);
      const offset = options.lines === undefined ? 0 : await offsetOfLastLines(read, file, options.lines);
      return { tail: new FileTail(read, file, offset), ...sink(context, taskId, sources.length > 1) };
    }),
  );
  if (options.follow !== true) {
    await drain(followed);
    for (const { end } of followed) end?.();
    return;
  }
  using _following = onInterrupt(`Stopped following; the tasks go on. Follow again: meseta logs -f ${ids.join(' ')}`);
  const taskIds = new Set(sources.map(({ taskId }) => taskId));
  await follow(
    followed,
    seldom(async () => !(await readTasks(master)).some(({ task }) => taskIds.has(task.taskId.value) && isLive(task))),
  );
}

/**
 * The task of that id; else every task of the job of that id; else the one whose id begins so. A master that was started
 * anew has forgotten the tasks that had ended: of a job the jobs framework still knows where they were.
 */
async function sourcesOf(context: Context, known: readonly TaskRow[], id: string): Promise<Source[]> {
  const exact = known.some(({ task }) => task.taskId.value === id);
  if (exact) return [await sourceOf(context, pickTask(known, id))];
  const ofJob = known.filter(({ task }) => task.taskId.value.startsWith(`${id}.`));
  const told = await toldByJobs(context, id);
  if (ofJob.length === 0 && told.length === 0) return [await sourceOf(context, pickTask(known, id))];
  const listed = await Promise.all(ofJob.map((row) => sourceOf(context, row)));
  return [...told.filter(({ taskId }) => !listed.some((source) => source.taskId === taskId)), ...listed];
}

async function sourceOf(context: Context, { task }: TaskRow): Promise<Source> {
  return { taskId: task.taskId.value, sandbox: await sandboxOf(await context.master(), task) };
}

/** What the jobs framework knows of a job, or of a task of one, by its id; nothing when it does not run. */
async function toldByJobs(context: Context, id: string): Promise<Source[]> {
  const jobId = /^(.+)\.\d+(?:-\d+)?$/.exec(id)?.[1];
  try {
    const jobs = await findJobs(context, 0);
    const whole = await jobs.job(id);
    const answer = whole.ok || jobId === undefined ? whole : await jobs.job(jobId);
    if (!answer.ok) return [];
    const { frameworkId = '', instances = [] } = answer.value;
    return instances.flatMap(({ taskId, agentAddress, containerId }) =>
      taskId === undefined || agentAddress === undefined || !(whole.ok || taskId === id)
        ? []
        : [{ taskId, sandbox: { agentAddress, frameworkId, executorId: taskId, ...(containerId && { containerId }) } }],
    );
  } catch (error) {
    if (error instanceof CommandFailure && error.exitCode !== EXIT.usage) return [];
    throw error;
  }
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
