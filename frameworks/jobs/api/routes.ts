import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { answerBytes } from '../../../common/net/http/answer.js';
import { readBody } from '../../../common/net/http/body.js';
import { HttpRefusal } from '../../../common/net/http/http-refusal.js';
import { parseTarget } from '../../../common/net/http/target.js';
import { CodedError } from '../../../common/runtime/errors.js';
import type { Logger } from '../../../common/runtime/logger.js';
import type { Admitted } from '../admission.js';
import type { JobsRefusal } from '../cli/api.js';
import { isActive, type Job, toJobView } from '../job.js';
import type { JobsScheduler } from '../jobs-scheduler.js';
import { readSubmission } from './read-submission.js';

/** Largest submission, in bytes. */
const MAX_SUBMISSION_BYTES = 2 * 2 ** 20;
/** Longest wait of one request for a change, in ms. */
const MAX_WAIT_MS = 30_000;
/** The version that every change comes after. */
const ALL = -1;

/** The answer of a route: status and document. */
type Answer = readonly [status: number, document: unknown];

/** The HTTP API; its shapes stand in `cli/api.ts`. */
export function jobsApi(scheduler: JobsScheduler, log: Logger): RequestListener {
  return (request, response) => {
    answer(scheduler, request, response).then(
      ([status, document]) => answerDocument(response, status, document),
      (error: unknown) => answerDocument(response, ...refusalOf(error, log)),
    );
  };
}

async function answer(scheduler: JobsScheduler, request: IncomingMessage, response: ServerResponse): Promise<Answer> {
  const { path, query } = parseTarget(request.url ?? '/');
  const [, version, noun, id = '', verb, ...rest] = path.split('/');
  const shape = [version, noun, id === '' ? undefined : ':id', verb].filter((part) => part !== undefined).join('/');
  switch (rest.length === 0 ? `${request.method} ${shape}` : 'nothing') {
    case 'GET health':
      return health(scheduler);
    case 'GET v1/jobs':
      return [200, scheduler.jobs().map((job) => toJobView(job, scheduler.frameworkId))];
    case 'POST v1/jobs':
      return await submit(scheduler, request);
    case 'GET v1/jobs/:id':
      return await showJob(scheduler, findJob(scheduler, id), query, response);
    case 'POST v1/jobs/:id/kill':
      return await killJob(scheduler, findJob(scheduler, id));
    case 'POST v1/tasks/:id/kill':
      return await killTask(scheduler, id);
    case 'GET v1/tasks/:id/explain':
      return explain(scheduler, id);
    default:
      throw new HttpRefusal(404, `There is nothing at ${request.method} ${path}`);
  }
}

function health({ connected }: JobsScheduler): Answer {
  return connected ? [200, { connected }] : [503, refusal('The jobs framework is not connected to a master')];
}

async function submit(scheduler: JobsScheduler, request: IncomingMessage): Promise<Answer> {
  const read = readSubmission(await readBody(request, MAX_SUBMISSION_BYTES));
  if (!read.ok) return [400, { message: 'the submission is not valid', problems: read.problems } satisfies JobsRefusal];
  const { job, known } = await new Promise<Admitted>((resolve, reject) =>
    scheduler.submit(read.submission, (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome))),
  );
  return [known ? 200 : 201, toJobView(job, scheduler.frameworkId, ALL)];
}

async function showJob(
  scheduler: JobsScheduler,
  job: Job,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<Answer> {
  const asked = wholeNumber(query, 'version', ALL);
  const since = asked > job.version ? ALL : asked; // of another life of this framework
  const waitMs = Math.min(MAX_WAIT_MS, wholeNumber(query, 'wait_ms', 0));
  if (job.version <= since && waitMs > 0) await nextChange(scheduler, job.id, waitMs, response);
  return [200, toJobView(scheduler.job(job.id) ?? job, scheduler.frameworkId, since)];
}

async function killJob(scheduler: JobsScheduler, job: Job): Promise<Answer> {
  await new Promise<void>((resolve, reject) =>
    scheduler.killJob(job, (error) => (error === undefined ? resolve() : reject(error))),
  );
  return [202, {}];
}

async function killTask(scheduler: JobsScheduler, id: string): Promise<Answer> {
  const [job, instance] = scheduler.instance(id) ?? [];
  if (job === undefined || instance === undefined || !(isActive(instance) || instance.state === 'waiting'))
    throw new HttpRefusal(404, `No live task "${id}" was submitted here`);
  await new Promise<void>((resolve, reject) =>
    scheduler.killInstance(job, instance, (error) => (error === undefined ? resolve() : reject(error))),
  );
  return [202, {}];
}

function explain(scheduler: JobsScheduler, id: string): Answer {
  const explanation = scheduler.explain(id);
  if (explanation !== undefined) return [200, explanation];
  throw new HttpRefusal(404, `No task or job "${id}" was submitted here`);
}

/** Resolves at the job's next change, after `waitMs`, or when the asker has left. */
function nextChange(scheduler: JobsScheduler, id: string, waitMs: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const stop = scheduler.onChange(id, () => done());
    const timer = setTimeout(() => done(), waitMs);
    const done = () => {
      stop();
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    response.once('close', done);
  });
}

function findJob(scheduler: JobsScheduler, id: string): Job {
  const job = scheduler.job(id);
  if (job === undefined) throw new HttpRefusal(404, `No job "${id}" was submitted here`);
  return job;
}

function wholeNumber(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^\d{1,16}$/.test(text))
    throw new HttpRefusal(400, `"${name}" must be a whole number from 0, got "${text.slice(0, 100)}"`);
  return Number(text);
}

function refusalOf(error: unknown, log: Logger): Answer {
  if (error instanceof HttpRefusal) return [error.status, refusal(error.message)];
  if (error instanceof CodedError && error.code === 'LIMIT') return [429, refusal(error.message)];
  if (error instanceof CodedError && error.code === 'STORE_FAILED') return [503, refusal(error.message)];
  log.error('Request failed', { error });
  return [500, refusal('The jobs framework failed; its log says how')];
}

const refusal = (message: string): JobsRefusal => ({ message, problems: [] });

function answerDocument(response: ServerResponse, status: number, document: unknown): void {
  answerBytes(response, status, 'application/json', Buffer.from(JSON.stringify(document)));
}
