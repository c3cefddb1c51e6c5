import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { accepted, findJobs } from '../cluster/jobs.js';
import { contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { withExamples } from '../help.js';
import { Progress } from '../output/progress.js';
import { findTask, pickTask } from '../views/find-task.js';
import { isLive, stateName } from '../views/format.js';
import { readTasks } from '../views/tasks.js';

interface KillOptions {
  readonly detach?: boolean;
}

export function killCommand(): Command {
  const command = new Command('kill')
    .description('kill tasks or whole jobs that were submitted with run: TERM, a grace period, KILL')
    .argument('<id...>', 'task or job ids, or unique beginnings of task ids')
    .option('--detach', 'do not wait until they have ended')
    .action(async (ids: string[], options: KillOptions, self: Command) => {
      const context = contextOf(self);
      const master = await context.master();
      const jobs = await findJobs(context);
      for (const id of ids) {
        const job = await jobs.job(id);
        if (job.ok) {
          accepted(await jobs.killJob(id), `kill job "${id}"`);
          if (options.detach === true) continue;
          using progress = new Progress(context.terminal, `waiting for job ${id} to end`);
          for (let view = job.value; view.state === 'running' || view.state === 'waiting'; ) {
            view = accepted(await jobs.job(id, view.version, 5_000), `follow job "${id}"`);
            progress.update(
              `waiting for job ${id} to end: ${Object.entries(view.counts)
                .map(([state, n]) => `${n} ${state}`)
                .join(', ')}`,
            );
          }
          context.say(`Killed job ${id}`);
          continue;
        }
        const { task, framework } = await findTask(master, id);
        const taskId = task.taskId.value;
        if (!isLive(task)) {
          context.say(`${taskId} has ended already: ${stateName(task.state)}`);
          continue;
        }
        const answer = await jobs.killTask(taskId);
        if (!answer.ok && answer.status === 404)
          throw new CommandFailure(
            EXIT.refused,
            `Cannot kill ${taskId}: it belongs to the framework "${framework}", and only a task's own framework may kill it`,
            `use the tools of "${framework}"`,
          );
        accepted(answer, `kill "${taskId}"`);
        if (options.detach === true) continue;
        using _progress = new Progress(context.terminal, `waiting for ${taskId} to end`);
        let now = task;
        while (isLive(now)) {
          await sleep(100);
          now = pickTask(await readTasks(master), taskId).task;
        }
        context.say(`${taskId}: ${stateName(now.state)}`);
      }
    });
  return withExamples(command, [
    ['meseta kill hello.0', 'one task'],
    ['meseta kill hello', 'every task of a job, and starts no more of it'],
    ['meseta kill --detach hello.0 hello.1', 'asks and returns'],
  ]);
}
