import { z } from 'zod';
import { CodedError } from '../../common/runtime/errors.js';
import type { StoreChange, StorePair } from '../../common/store/store.js';
import { INSTANCE_STATES, submissionSchema } from './cli/api.js';
import { countStates, firstVersion, type Instance, type Job, killedWhileWaiting, newInstance } from './job.js';

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
  drops: z.number().int().default(0), // records of earlier releases have neither
  strays: z.number().int().default(0),
  nextTryAtMs: z.number().optional(),
  state: z.enum(INSTANCE_STATES),
  unwanted: z.literal(true).optional(),
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
  const { version: _version, ...record } = instance; // versions begin anew with each process
  return { op: 'put', key: instanceKey(jobId, instance.index), value: Buffer.from(JSON.stringify(record)) };
}

/** The changes that forget a job. */
export function deleteJob(job: Job): StoreChange[] {
  const instances = job.instances.map(({ index }): StoreChange => ({ op: 'delete', key: instanceKey(job.id, index) }));
  return [{ op: 'delete', key: headKey(job.id) }, ...instances];
}

/** Reads every job back, the oldest first. Throws `CORRUPT` naming the key of a record that makes no sense. */
export function readJobs(pairs: readonly StorePair[], nowMs: number): Job[] {
  const version = firstVersion(nowMs);
  const heads = new Map<string, z.infer<typeof headSchema>>();
  const instances = new Map<string, Instance[]>();
  for (const [key, value] of pairs) {
    const [, id, kind] = key.split('/');
    if (id === undefined) continue;
    if (kind === 'job') heads.set(id, readHead(key, value));
    else {
      const known = instances.get(id) ?? [];
      instances.set(id, known);
      known.push({ ...(parse(instanceSchema, key, value) as Omit<Instance, 'version'>), version });
    }
  }
  const jobs = [...heads].map(([id, head]) => toJob(id, head, instances.get(id) ?? [], version));
  return jobs.sort((a, b) => a.submittedAtMs - b.submittedAtMs);
}

function readHead(key: string, value: Uint8Array): z.infer<typeof headSchema> {
  const head = parse(headSchema, key, value);
  if (head.format <= FORMAT) return head;
  throw new CodedError(
    'CORRUPT',
    `Cannot read job record "${key}": its format is ${head.format}, this release knows up to ${FORMAT}`,
  );
}

/** `known`: the instances that ever changed. Those of a killed job that still waited are killed with it. */
function toJob(
  id: string,
  { submission, submittedAtMs, killed }: z.infer<typeof headSchema>,
  known: readonly Instance[],
  version: number,
): Job {
  const all = Array.from({ length: submission.count }, (_, index) => newInstance(index, version));
  for (const instance of known) if (instance.index < all.length) all[instance.index] = instance;
  const instances = killed ? all.map((each) => (each.state === 'waiting' ? killedWhileWaiting(each) : each)) : all;
  return { id, submission, submittedAtMs, killed, version, instances, counts: countStates(instances) };
}

function parse<Schema extends z.ZodType>(schema: Schema, key: string, value: Uint8Array): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(value).toString('utf8')));
  } catch (cause) {
    throw new CodedError('CORRUPT', `Cannot read job record "${key}": it is not what was written`, { cause });
  }
}
