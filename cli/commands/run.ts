import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { parseDuration } from '../../common/runtime/duration.js';
import { accepted, findJobs } from '../cluster/jobs.js';
import { contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure, describeFailure } from '../failure.js';
import { withExamples } from '../help.js';
import { exitCodeOfJob, followJob } from '../run/follow-job.js';
import { type RunOptions, toSubmission } from '../run/submission.js';

interface Options extends RunOptions {
  readonly detach?: boolean;
  readonly timeout?: string;
}

const collect = (value: string, before: readonly string[]) => [...before, value];

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
    .option(
      '--constraint <field:op[:value]>',
      'where it may run: hostname:UNIQUE, rack:IS:r1, rack:GROUP_BY, ... (repeatable)',
      collect,
      [],
    )
    .option('--one-per-host', 'at most one instance on a host; short for --constraint hostname:UNIQUE')
    .option(
      '-e, --env <NAME=value>',
      'an environment variable; NAME alone passes on its value here (repeatable)',
      collect,
      [],
    )
    .option(
      '--uri <uri[,flag...]>',
      'a file to fetch first; flags: executable, no-extract, cache, output=NAME (repeatable)',
      collect,
      [],
    )
    .option('--script <file>', "run this script; further arguments are the script's")
    .option('--user <name>', "user to run as (default: the framework's)")
    .option('--retries <times>', 'start an instance again that failed (default: 0)')
    .option('--max-time <duration>', 'longest run of an instance, such as 10mins')
    .option('--grace <duration>', 'time between TERM and KILL when killed (default: 3secs)')
    .option('--timeout <duration>', 'stop waiting after this; the job goes on')
    .option('--detach', 'submit, print the id of the job, and return')
    .action(runAction);
  return withExamples(command, [
    ["meseta run 'echo hello; sleep 1'", 'a shell line'],
    ['meseta run -- /bin/ls -l /', 'a program and its arguments'],
    ["meseta run --count 3 --one-per-host 'hostname'", 'one on each of three hosts'],
    ['meseta run --detach --cpus 0.5 --mem 128 --script ./night.sh', 'without waiting'],
  ]);
}

async function runAction(words: string[], options: Options, self: Command): Promise<void> {
  const context = contextOf(self);
  const token = randomUUID();
  const submission = await toSubmission(words, usedDashes(self), options, token, parseDuration);
  const timeoutMs = readTimeout(options.timeout);
  try {
    const jobs = await findJobs(context);
    const job = accepted(await jobs.submit(submission), 'run');
    if (options.detach === true) {
      if (context.format === 'json' || context.format === 'yaml' || context.format === 'jsonl')
        context.document(job, job.id);
      else context.terminal.out.write(`${job.id}\n`);
      return;
    }
    onInterrupt(() => {
      context.say(
        `\nStopped following ${job.id}; it goes on. Follow: meseta logs -f ${job.id}.0   Stop it: meseta kill ${job.id}`,
      );
      process.exit(EXIT.interrupted);
    });
    const outputs = {
      stdout: (data: Uint8Array) => void process.stdout.write(data),
      stderr: (data: Uint8Array) => void process.stderr.write(data),
    };
    const deadlineMs = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
    const ended = await followJob(jobs, job, outputs, context.terminal, deadlineMs);
    for (const { taskId, state, message } of ended.instances ?? [])
      if (state !== 'finished')
        context.say(`${taskId ?? ended.id}: ${state}${message === undefined ? '' : `: ${message}`}`);
    process.exitCode = exitCodeOfJob(ended);
  } catch (error) {
    if (!(error instanceof CommandFailure) || [EXIT.unplaced, EXIT.timedOut].some((code) => code === error.exitCode))
      throw error;
    context.say(describeFailure(error, false));
    process.exitCode = error.exitCode === EXIT.usage ? EXIT.usage : EXIT.ownFailure;
  }
}

/** Whether "--" stood before the words, which makes them an argument list. */
function usedDashes(self: Command): boolean {
  let root = self;
  while (root.parent !== null) root = root.parent;
  const raw = (root as Command & { rawArgs?: string[] }).rawArgs ?? [];
  return raw.includes('--');
}

function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms > 0) return ms;
  throw new CommandFailure(
    EXIT.usage,
    `Cannot run: --timeout must be a duration such as 90secs or 10mins, got "${text}"`,
  );
}

function onInterrupt(act: () => void): void {
  process.once('SIGINT', act);
}
