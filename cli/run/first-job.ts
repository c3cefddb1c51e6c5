import { randomUUID } from 'node:crypto';
import { accepted, findJobs } from '../cluster/jobs.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { exitCodeOfJob, followJob } from './follow-job.js';

const FIRST_JOB = 'echo "Hello from the first job, on $MESETA_HOST, in $(pwd | sed \'s|.*/||\')"';

/** Runs the job that shows a new cluster works, and fails when it does not finish. */
export async function runFirstJob(context: Context): Promise<void> {
  const jobs = await findJobs(context);
  context.say(`$ meseta run '${FIRST_JOB}'`);
  const submission = { token: randomUUID(), name: 'first-job', command: { shell: FIRST_JOB } };
  const job = accepted(await jobs.submit(submission), 'run the first job');
  const outputs = { stdout: context.terminal.out.writeBytes, stderr: context.terminal.err.writeBytes };
  const ended = await followJob(jobs, job, outputs, context.terminal, performance.now() + 60_000);
  const code = exitCodeOfJob(ended);
  if (code !== EXIT.done)
    throw new CommandFailure(
      EXIT.failed,
      `The first job did not finish: ${ended.instances?.[0]?.message ?? ended.state}`,
      `meseta logs --stderr ${ended.id}.0`,
    );
}
