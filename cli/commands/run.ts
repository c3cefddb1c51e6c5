import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import type { JobView, SubmissionInput } from '../../frameworks/jobs/cli/api.js';
import { describeEnding } from '../../frameworks/jobs/cli/describe-ending.js';
import { accepted, findJobs } from '../cluster/jobs.js';
import { type Context, contextOf } from '../context.js';
import { OF_THE_TASK, withHelp } from '../help.js';
import { onInterrupt } from '../interrupt.js';
import { repeatable } from '../options.js';
import { printable } from '../output/style.js';
import { exitCodeOfJob, followJob } from '../run/follow-job.js';
import { withOwnFailureCode } from '../run/own-failure.js';
import { type RunOptions, readRequest } from '../run/submission.js';

interface Options extends RunOptions {
  readonly detach?: boolean;
  readonly dryRun?: boolean;
}

/** Failing instances that are told one by one. */
const TOLD_MOST = 20;

/** `meseta run`. Ends with the exit code of the task (128+n for signal n), 125 for a failure of its own. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('run a command on the cluster: waits, copies its output, exits with its code')
    .argument('[command...]', 'one argument: a line for /bin/sh; after "--": a program and its arguments')
    .option('--name <name>', 'name of the job (default: from the command)')
    .option('--cpus <cores>', 'cores of each instance (default: 0.1)')
    .option('--mem <MiB>', 'memory of each instance in MiB (default: 32)')
    .option('--disk <MiB>', 'disk of each instance in MiB (default: 0)')
    .option('--ports <count>', 'ports of each instance; their numbers are in $PORT0, $PORT1, ... (default: 0)')
    .option('-c, --count <instances>', 'how many instances (default: 1)')
    .addOption(
      repeatable(
        '--constraint <field:op[:value]>',
        'where it may run: hostname:UNIQUE, rack:IS:r1, rack:GROUP_BY, ... (repeatable)',
      ),
    )
    .option('--one-per-host', 'at most one instance on a host; short for --constraint hostname:UNIQUE')
    .addOption(
      repeatable('-e, --env <NAME=value>', 'an environment variable; NAME alone passes on its value here (repeatable)'),
    )
    .addOption(
      repeatable(
        '--uri <uri[,flag...]>',
        'a file to fetch first; flags: executable, no-extract, cache, output=NAME (repeatable)',
      ),
    )
    .option('--script <file>', "run this script; further arguments are the script's")
    .option('--user <name>', "user to run as (default: the framework's)")
    .option('--retries <times>', 'start an instance again that failed or was lost (default: 0)')
    .option('--max-time <duration>', 'longest run of an instance, such as 90s, 10m or 1h')
    .option('--grace <duration>', 'time between TERM and KILL when killed (default: 3s)')
    .option('--timeout <duration>', 'stop waiting after this, such as 30s; the job goes on')
    .option('--detach', 'submit, print the id of the job, and return')
    .option('--dry-run', 'print what would be submitted, and submit nothing')
    .action((words: string[], options: Options, self: Command) => withOwnFailureCode(() => run(words, options, self)));
  return withHelp(
    command,
    [
      ["meseta run 'echo hello; sleep 1'", 'a shell line'],
      ['meseta run -- /bin/ls -l /', 'a program and its arguments'],
      ["meseta run --count 3 --one-per-host 'hostname'", 'one on each of three hosts'],
      ['meseta run --detach --cpus 0.5 --mem 128 --script ./night.sh', 'without waiting'],
      ['meseta run -o json --retries 2 ./flaky', 'the result on standard output, what it wrote on standard error'],
    ],
    ['usage', 'timedOut', 'unplaced', 'ownFailure', 'interrupted'],
    OF_THE_TASK,
  );
}

async function run(words: readonly string[], options: Options, self: Command): Promise<void> {
  const context = contextOf(self);
  const { submission, timeoutMs } = await readRequest(words, followDashes(words, self), options, randomUUID());
  if (options.dryRun === true) context.document(withoutToken(submission), submission.name);
  else if (options.detach === true) await detach(context, submission);
  else await follow(context, submission, timeoutMs);
}

async function detach(context: Context, submission: SubmissionInput): Promise<void> {
  const job = accepted(await (await findJobs(context)).submit(submission), 'run');
  if (context.forPeople) context.terminal.out.write(`${job.id}\n`);
  else context.document(job, job.id);
}

async function follow(context: Context, submission: SubmissionInput, timeoutMs?: number): Promise<void> {
  const jobs = await findJobs(context);
  const job = accepted(await jobs.submit(submission), 'run');
  using _following = onInterrupt(
    `Stopped following ${job.id}; it goes on. Follow: meseta logs -f ${job.id}   Stop it: meseta kill ${job.id}`,
  );
  const { out, err } = context.terminal;
  // Whoever wants the result as data gets nothing else on standard output.
  const outputs = { stdout: context.forPeople ? out.writeBytes : err.writeBytes, stderr: err.writeBytes };
  const deadlineMs = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  const ended = await followJob(jobs, job, outputs, context.terminal, deadlineMs);
  if (context.forPeople) tellFailures(context, ended);
  else context.document(ended, ended.id);
  process.exitCode = exitCodeOfJob(ended);
}

function tellFailures(context: Context, { id, instances = [] }: JobView): void {
  const failing = instances.filter(({ state }) => state !== 'finished');
  for (const instance of failing.slice(0, TOLD_MOST)) {
    const why = describeEnding(instance);
    const { taskId = `${id}.${instance.index}`, state } = instance;
    context.say(`${taskId}: ${state}${why === undefined ? '' : `: ${printable(why)}`}`);
  }
  if (failing.length > TOLD_MOST) context.say(`... and ${failing.length - TOLD_MOST} more did not finish`);
}

/** Whether all words stood after "--", which makes them an argument list. The parser drops the dashes. */
function followDashes(words: readonly string[], self: Command): boolean {
  let root = self;
  while (root.parent !== null) root = root.parent;
  const { rawArgs = [] } = root as Command & { readonly rawArgs?: readonly string[] };
  const at = rawArgs.indexOf('--');
  return at >= 0 && rawArgs.length - at - 1 === words.length;
}

function withoutToken({ token: _token, ...rest }: SubmissionInput): Omit<SubmissionInput, 'token'> {
  return rest;
}
