import {
  type Explanation,
  explanationSchema,
  type JobsRefusal,
  type JobView,
  jobSchema,
  refusalSchema,
  type SubmissionInput,
} from './api.js';

/** Sends one request to the jobs framework. Handed in, so that the caller decides how to reach it and how to fail. */
export type AskJobs = (
  method: 'GET' | 'POST',
  path: string,
  body?: string,
) => Promise<{ readonly status: number; readonly body: string }>;

/** A refusal with every problem, or what was asked for. */
export type JobsAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly status: number; readonly refusal: JobsRefusal };

/** Talks to the jobs framework. */
export interface JobsClient {
  submit(submission: SubmissionInput): Promise<JobsAnswer<JobView>>;
  jobs(): Promise<JobsAnswer<JobView[]>>;
  /** The job as soon as its version exceeds `version`, or after `waitMs`. */
  job(id: string, version?: number, waitMs?: number): Promise<JobsAnswer<JobView>>;
  killJob(id: string): Promise<JobsAnswer<undefined>>;
  killTask(taskId: string): Promise<JobsAnswer<undefined>>;
  explain(id: string): Promise<JobsAnswer<Explanation>>;
}

/**
 * A client over `ask`, whose failures it passes on. Throws what zod says of an answer of status 2xx in another shape.
 */
export function jobsClient(ask: AskJobs): JobsClient {
  const send = async <Value>(
    method: 'GET' | 'POST',
    path: string,
    read: (body: unknown) => Value,
    body?: unknown,
  ): Promise<JobsAnswer<Value>> => {
    const answer = await ask(method, path, body === undefined ? undefined : JSON.stringify(body));
    if (answer.status >= 200 && answer.status < 300) return { ok: true, value: read(parse(answer.body)) };
    const refusal = refusalSchema.safeParse(parse(answer.body));
    const plain = { message: answer.body.slice(0, 2_000) || `status ${answer.status}`, problems: [] };
    return { ok: false, status: answer.status, refusal: refusal.success ? refusal.data : plain };
  };
  const at = (id: string) => encodeURIComponent(id);
  const nothing = () => undefined;
  return {
    submit: (submission) => send('POST', '/v1/jobs', (body) => jobSchema.parse(body), submission),
    jobs: () => send('GET', '/v1/jobs', (body) => jobSchema.array().parse(body)),
    job: (id, version, waitMs) =>
      send('GET', `/v1/jobs/${at(id)}${query({ version, wait_ms: waitMs })}`, (body) => jobSchema.parse(body)),
    killJob: (id) => send('POST', `/v1/jobs/${at(id)}/kill`, nothing),
    killTask: (taskId) => send('POST', `/v1/tasks/${at(taskId)}/kill`, nothing),
    explain: (id) => send('GET', `/v1/tasks/${at(id)}/explain`, (body) => explanationSchema.parse(body)),
  };
}

function query(values: Readonly<Record<string, number | undefined>>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function parse(body: string): unknown {
  try {
    return body === '' ? undefined : JSON.parse(body);
  } catch {
    return undefined;
  }
}
