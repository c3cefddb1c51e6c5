import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { JobView } from '../../frameworks/jobs/cli/api.js';
import type { JobsClient } from '../../frameworks/jobs/cli/client.js';
import { accepted, findJobs } from '../cluster/jobs.js';
import { type Context, contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure, describeFailure } from '../failure.js';
import { ASKING, withHelp } from '../help.js';
import { onInterrupt } from '../interrupt.js';
import { Progress } from '../output/progress.js';
import { describeCounts } from '../run/describe-job.js';
import { pickTask } from '../views/find-task.js';
import { isLive, stateName } from '../views/format.js';
import { readTasks } from '../views/tasks.js';

interface KillOptions {
  readonly detach?: boolean;
}

/** Longest wait of one request for a change, in ms. */
const LONG_POLL_MS = 5_000;
const POLL_MS = 100;

/** `meseta kill`. Asks the jobs framework for every id before it fails with the first refusal. */
export function killCommand(): Command {
  const command = new Command('kill')
    .description('kill tasks or whole jobs that were submitted with run: TERM, a grace period, KILL')
    .argument('<task...>', 'task or job ids, or unique beginnings of task ids')
    .option('--detach', 'do not wait until they have ended')
    .action(killAll);
  return withHelp(
    command,
    [
      ['meseta kill hello.0', 'one task, also one that waits for a place'],
      ['meseta kill hello', 'every task of a job, and starts no more of it'],
      ['meseta kill --detach hello.0 hello.1', 'asks and returns'],
    ],
    [...ASKING, 'notFound', 'interrupted'],
  );
}

/** Kills what can be killed; what cannot does not keep the others alive. The first failure decides the exit code. */
async function killAll(ids: string[], options: KillOptions, self: Command): Promise<void> {
  const context = contextOf(self);
  const jobs = await findJobs(context);
  using _waiting = onInterrupt('Stopped waiting; the kill goes on. Look with: meseta tasks');
  const failures: unknown[] = [];
  for (const id of ids) await killOne(context, jobs, id, options).catch((error: unknown) => failures.push(error));
  for (const error of failures.slice(1)) context.say(describeFailure(error, false));
  if (failures.length > 0) throw failures[0];
}

async function killOne(context: Context, jobs: JobsClient, id: string, options: KillOptions): Promise<void> {
  const job = await jobs.job(id);
  if (job.ok) return await killJob(context, jobs, job.value, options);
  const asked = await jobs.killTask(id); // a task that waits is known to the jobs framework alone
  if (asked.ok) return await waitForTask(context, id, options);
  const { task, framework } = pickTask(await readTasks(await context.master()), id);
  const taskId = task.taskId.value;
  if (!isLive(task)) {
    context.say(`${taskId} has ended already: ${stateName(task.state)}`);
    return;
  }
  const answer = await jobs.killTask(taskId);
  if (!answer.ok && answer.status === 404)
    throw new CommandFailure(
      EXIT.refused,
      `Cannot kill ${taskId}: it belongs to the framework "${framework}", and only a task's own framework may kill it`,
      `use the tools of "${framework}"`,
    );
  accepted(answer, `kill "${taskId}"`);
  await waitForTask(context, taskId, options);
}

async function killJob(context: Context, jobs: JobsClient, job: JobView, options: KillOptions): Promise<void> {
  accepted(await jobs.killJob(job.id), `kill job "${job.id}"`);
  if (options.detach === true) return;
  using progress = new Progress(context.terminal, `waiting for job ${job.id} to end`);
  let view = accepted(await jobs.job(job.id), `follow job "${job.id}"`);
  while (view.state === 'running' || view.state === 'waiting') {
    progress.update(`waiting for job ${job.id} to end: ${describeCounts(view)}`);
    view = accepted(await jobs.job(job.id, view.version, LONG_POLL_MS), `follow job "${job.id}"`);
  }
  context.say(`Job ${job.id} has ended: ${describeCounts(view)}`);
}

async function waitForTask(context: Context, id: string, options: KillOptions): Promise<void> {
  if (options.detach === true) return;
  using _progress = new Progress(context.terminal, `waiting for ${id} to end`);
  const master = await context.master();
  for (;;) {
    // A task that was killed before it was placed is none that the master knows.
    const row = (await readTasks(master)).find(({ task }) => task.taskId.value === id);
    if (row === undefined || !isLive(row.task)) {
      context.say(`${id}: ${row === undefined ? 'killed before it was placed' : stateName(row.task.state)}`);
      return;
    }
    await sleep(POLL_MS);
  }
}
