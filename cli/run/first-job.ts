import { randomUUID } from 'node:crypto';
import { describeEnding } from '../../frameworks/jobs/cli/describe-ending.js';
import { accepted, findJobs } from '../cluster/jobs.js';
import { asTyped } from '../command-name.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { exitCodeOfJob, followJob } from './follow-job.js';

/** Without a single quote, so that it can be pasted between two of them. */
const FIRST_JOB = 'echo "Hello from the first job, on $MESETA_HOST, in $(basename $PWD)"';

/** Runs the job that shows a new cluster works, and fails when it does not finish. */
export async function runFirstJob(context: Context): Promise<void> {
  const jobs = await findJobs(context);
  context.say(asTyped(`$ meseta run '${FIRST_JOB}'`));
  const submission = { token: randomUUID(), name: 'first-job', command: { shell: FIRST_JOB } };
  const job = accepted(await jobs.submit(submission), 'run the first job');
  const outputs = { stdout: context.terminal.out.writeBytes, stderr: context.terminal.err.writeBytes };
  const ended = await followJob(jobs, job, outputs, context.terminal, performance.now() + 60_000);
  const code = exitCodeOfJob(ended);
  if (code !== EXIT.done)
    throw new CommandFailure(
      EXIT.failed,
      `The first job did not finish: ${describeEnding(ended.instances?.[0] ?? {}) ?? ended.state}`,
      `meseta logs --stderr ${ended.id}.0`,
    );
}
