import { type JobsAnswer, type JobsClient, jobsClient } from '../../frameworks/jobs/cli/client.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { readFrameworks } from '../views/frameworks.js';
import { ask } from './http.js';

/** Finds the jobs framework through the `webui_url` it registered with. */
export async function findJobs(context: Context, signal?: AbortSignal): Promise<JobsClient> {
  const frameworks = await readFrameworks(await context.master());
  const jobs = frameworks.filter(({ frameworkInfo }) => frameworkInfo.name === 'jobs');
  const chosen = jobs.find(({ connected }) => connected === true) ?? jobs[0];
  const url = chosen?.frameworkInfo.webuiUrl;
  if (url == null || url === '')
    throw new CommandFailure(
      EXIT.failed,
      'Cannot submit: no jobs framework is registered with this master, and it is the one that runs submissions',
      'meseta up (brings one along), or start one: meseta jobs --master=HOST:PORT --work_dir=DIR',
    );
  const address = new URL(url).host;
  return jobsClient(async (method, path, body) => {
    const answer = await ask({
      address,
      origin: 'the master',
      whom: 'jobs framework',
      method,
      path,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      timeoutMs: 60_000,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
    return { status: answer.status, body: answer.body.toString('utf8') };
  });
}

/** The value, or a failure that lists every problem the framework found. */
export function accepted<Value>(answer: JobsAnswer<Value>, what: string): Value {
  if (answer.ok) return answer.value;
  const problems = answer.refusal.problems.map(({ field, message }) => `\n  ${field}: ${message}`).join('');
  const code = answer.status === 404 ? EXIT.notFound : answer.status === 400 ? EXIT.usage : EXIT.failed;
  throw new CommandFailure(code, `Cannot ${what}: ${answer.refusal.message}${problems}`);
}
