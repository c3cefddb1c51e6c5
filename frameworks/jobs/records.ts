import { z } from 'zod';
import { CodedError } from '../../common/runtime/errors.js';
import type { StoreChange, StorePair } from '../../common/store/store.js';
import { INSTANCE_STATES, submissionSchema } from './cli/api.js';
import type { Instance, Job } from './job.js';

/** Keys of the jobs framework in the store that it shares with the SDK. */
export const JOBS_PREFIX = 'jobs/';
const FORMAT = 1;

/** JSON and not protobuf: a submission is JSON already, and an operator can read the record. */
const headSchema = z.object({
  format: z.number().int(),
  submission: submissionSchema,
  submittedAtMs: z.number(),
  killed: z.boolean(),
});

const placeSchema = z.object({
  agentId: z.string(),
  hostname: z.string(),
  attributes: z.array(z.unknown()).optional(),
});
const instanceSchema = z.object({
  index: z.number().int(),
  attempt: z.number().int(),
  failures: z.number().int(),
  state: z.enum(INSTANCE_STATES),
  taskId: z.string().optional(),
  taskState: z.string().optional(),
  place: placeSchema.optional(),
  agentAddress: z.string().optional(),
  containerId: z.string().optional(),
  exitCode: z.number().int().optional(),
  signal: z.number().int().optional(),
  message: z.string().optional(),
  reason: z.string().optional(),
});

const headKey = (jobId: string) => `${JOBS_PREFIX}${jobId}/job`;
const instanceKey = (jobId: string, index: number) =>
  `${JOBS_PREFIX}${jobId}/instance/${String(index).padStart(6, '0')}`;

/** The change that stores all of a job but its instances. */
export function putHead({ id, submission, submittedAtMs, killed }: Job): StoreChange {
  return {
    op: 'put',
    key: headKey(id),
    value: Buffer.from(JSON.stringify({ format: FORMAT, submission, submittedAtMs, killed })),
  };
}

/** The change that stores one instance; instances that never changed have no record. */
export function putInstance(jobId: string, instance: Instance): StoreChange {
  return { op: 'put', key: instanceKey(jobId, instance.index), value: Buffer.from(JSON.stringify(instance)) };
}

/** The changes that forget a job. */
export function deleteJob(job: Job): StoreChange[] {
  const instances = job.instances.map(({ index }): StoreChange => ({ op: 'delete', key: instanceKey(job.id, index) }));
  return [{ op: 'delete', key: headKey(job.id) }, ...instances];
}

/** Reads every job back, the oldest first. Throws `CORRUPT` naming the key of a record that makes no sense. */
export function readJobs(pairs: readonly StorePair[]): Job[] {
  const jobs = new Map<string, Job>();
  const instances: Array<readonly [jobId: string, instance: Instance]> = [];
  for (const [key, value] of pairs) {
    const [, id, kind] = key.split('/');
    if (id === undefined) continue;
    if (kind === 'job') jobs.set(id, readHead(id, key, value));
    else instances.push([id, parse(instanceSchema, key, value) as Instance]);
  }
  for (const [id, instance] of instances) {
    const job = jobs.get(id);
    if (job !== undefined) jobs.set(id, { ...job, instances: job.instances.with(instance.index, instance) });
  }
  return [...jobs.values()].sort((a, b) => a.submittedAtMs - b.submittedAtMs);
}

function readHead(id: string, key: string, value: Uint8Array): Job {
  const { format, submission, submittedAtMs, killed } = parse(headSchema, key, value);
  if (format > FORMAT)
    throw new CodedError(
      'CORRUPT',
      `Cannot read job record "${key}": its format is ${format}, this release knows up to ${FORMAT}`,
    );
  const instances = Array.from(
    { length: submission.count },
    (_, index): Instance => ({ index, attempt: 0, failures: 0, state: killed ? 'killed' : 'waiting' }),
  );
  return { id, submission, submittedAtMs, killed, version: 1, instances };
}

function parse<Schema extends z.ZodType>(schema: Schema, key: string, value: Uint8Array): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(value).toString('utf8')));
  } catch (cause) {
    throw new CodedError('CORRUPT', `Cannot read job record "${key}": it is not what was written`, { cause });
  }
}
