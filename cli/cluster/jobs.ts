import { setTimeout as sleep } from 'node:timers/promises';
import type { AskJobs, JobsAnswer, JobsClient } from '../../frameworks/jobs/cli/client.js';
import { jobsClient } from '../../frameworks/jobs/cli/client.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { readFrameworks } from '../views/frameworks.js';
import { ask } from './http.js';

/** How long the jobs framework, or the master that knows where it is, may be away before a command gives up, in ms. */
const PATIENCE_MS = 20_000;
const RETRY_MS = 250;
/** Longest silence: the framework holds a request for up to 30 s. */
const SILENCE_MS = 60_000;

/**
 * A client of the jobs framework, found through the `webui_url` it registered with. Its requests may all be repeated
 * (a submission has its token), so a framework that is being restarted is waited for. The first contact is not patient.
 */
export async function findJobs(context: Context, patienceMs = PATIENCE_MS): Promise<JobsClient> {
  let address = await addressOfJobs(context);
  const once: AskJobs = async (method, path, body) => {
    const answer = await ask({
      address,
      origin: 'the master',
      whom: 'jobs framework',
      method,
      path,
      timeoutMs: SILENCE_MS,
      ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body }),
    });
    return { status: answer.status, body: answer.body.toString('utf8') };
  };
  return jobsClient(async (method, path, body) => {
    const endAtMs = performance.now() + patienceMs;
    for (;;) {
      try {
        return await once(method, path, body);
      } catch (error) {
        const away = error instanceof CommandFailure && error.exitCode === EXIT.unreachable;
        if (!away || performance.now() > endAtMs) throw error;
        await sleep(RETRY_MS);
        address = await addressOfJobs(context).catch(() => address);
      }
    }
  });
}

async function addressOfJobs(context: Context): Promise<string> {
  const frameworks = await readFrameworks(await context.master());
  const jobs = frameworks.filter(({ frameworkInfo }) => frameworkInfo.name === 'jobs');
  const chosen = jobs.find(({ connected }) => connected === true) ?? jobs[0];
  const url = chosen?.frameworkInfo.webuiUrl ?? '';
  if (URL.canParse(url)) return new URL(url).host;
  throw new CommandFailure(
    EXIT.failed,
    'Cannot submit: no jobs framework is registered with this master, and it is the one that runs submissions',
    'meseta up (brings one along), or start one: meseta jobs --master=HOST:PORT --work_dir=DIR',
  );
}

/** The value, or a failure that lists every problem the framework found. */
export function accepted<Value>(answer: JobsAnswer<Value>, what: string): Value {
  if (answer.ok) return answer.value;
  const problems = answer.refusal.problems.map(({ field, message }) => `\n  ${field}: ${message}`).join('');
  const code = answer.status === 404 ? EXIT.notFound : answer.status === 400 ? EXIT.usage : EXIT.failed;
  throw new CommandFailure(code, `Cannot ${what}: ${answer.refusal.message}${problems}`);
}
