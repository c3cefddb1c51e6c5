import { z } from 'zod';

/**
 * The HTTP API of the jobs framework, as both sides see it. Served at the address in its `webui_url`:
 *
 * - `POST /v1/jobs` with a submission: 201 and the job; 400 and `problems`; the same `token` again: 200 and the job that exists.
 * - `GET /v1/jobs`: every job without its instances, newest first.
 * - `GET /v1/jobs/ID?version=V&wait_ms=N`: the job with the instances that changed after version V (all without V);
 *   answers as soon as its version exceeds V, or after N ms (at most 30,000).
 * - `POST /v1/jobs/ID/kill`: 202; `POST /v1/tasks/TASK_ID/kill`, also of a task that still waits: 202, 404 when unknown.
 * - `GET /v1/tasks/ID/explain`: why a task, or a job by its id, is not placed.
 * - `GET /health`: 200 while subscribed, 503 with the reason while not.
 *
 * Every refusal is `{"message": string, "problems": [{"field", "message"}]}`.
 */

/** Attribute operators in the manner of Marathon: UNIQUE (one per value), CLUSTER, GROUP_BY, LIKE, UNLIKE, MAX_PER, IS. */
export const CONSTRAINT_OPERATORS = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS'] as const;

/** The most instances of one job. */
export const MOST_INSTANCES = 10_000;

// Each field's error completes "FIELD must be ...": whoever reports it adds what was given.
const text = (wanted: string) => z.string(wanted).min(1, wanted);
const number = (wanted: string, least: number, most: number) => z.number(wanted).min(least, wanted).max(most, wanted);
const whole = (wanted: string, least: number, most: number) => number(wanted, least, most).int(wanted);
const flag = z.boolean('must be true or false');
/** The smallest amount that resources are counted in. */
const THOUSANDTH = 0.001;

const ID_RULE =
  'must start with a letter or digit and hold only letters, digits, ".", "_" and "-", at most 100 characters';
const FIELD_RULE = 'must be the name of an attribute without ":", or "hostname"';
const COMMAND_RULE = 'must be {"shell": "a line for sh"} or {"argv": ["program", "argument", ...]}';

const constraintSchema = z.strictObject(
  {
    /** Name of an attribute, or `hostname`. */
    field: z.string(FIELD_RULE).regex(/^[^:]+$/, FIELD_RULE),
    operator: z.enum(CONSTRAINT_OPERATORS, `must be one of ${CONSTRAINT_OPERATORS.join(', ')}`),
    value: z.string('must be a text').optional(),
  },
  'must be {"field": "rack", "operator": "IS", "value": "r1"} or alike',
);

const uriSchema = z.strictObject(
  {
    value: text('must be a URI or a path, such as https://host/file.tgz'),
    executable: flag.default(false),
    extract: flag.default(true),
    cache: flag.default(false),
    outputFile: text('must be a file name').optional(),
  },
  'must be {"value": "https://host/file.tgz"} or alike',
);

const variableName = z.string().regex(/^[^=\0]+$/, 'must have names that are not empty and hold no "="');

/**
 * The body of `POST /v1/jobs`: cores, MiB and seconds. Unknown fields are refused; each problem says what is wanted.
 */
export const submissionSchema = z.strictObject(
  {
    /** Makes a submission repeatable: the second one with the same token is the first. */
    token: text('must be a text of 1 to 100 characters, new for every job').max(
      100,
      'must be a text of 1 to 100 characters, new for every job',
    ),
    name: z.string(ID_RULE).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, ID_RULE),
    /** A line for `/bin/sh -c`, or a program with its arguments. */
    command: z.union(
      [
        z.strictObject({ shell: text('must be a line for /bin/sh') }),
        z.strictObject({ argv: z.tuple([text('must be a program')], z.string('must be a text')) }),
      ],
      COMMAND_RULE,
    ),
    /** How many instances, each a task. */
    count: whole(`must be a whole number from 1 to ${MOST_INSTANCES}`, 1, MOST_INSTANCES).default(1),
    /** Cores. */
    cpus: number('must be a number of cores from 0.001 to 1000000', THOUSANDTH, 1_000_000).default(0.1),
    /** MiB. */
    mem: number('must be a number of MiB from 0.001 to 1000000000', THOUSANDTH, 1_000_000_000).default(32),
    /** MiB. */
    disk: number('must be a number of MiB from 0 to 1000000000', 0, 1_000_000_000).default(0),
    /** How many ports; their numbers are in the task's `PORT0`, `PORT1`, ... and `PORTS`. */
    ports: whole('must be a whole number from 0 to 1000', 0, 1_000).default(0),
    constraints: z.array(constraintSchema, 'must be a list of constraints').max(100, 'must be at most 100').default([]),
    env: z.record(variableName, z.string('must be a text'), 'must be an object of texts').default({}),
    uris: z.array(uriSchema, 'must be a list of files to fetch').max(1_000, 'must be at most 1000').default([]),
    user: text('must be the name of an account').optional(),
    /** How often an instance whose task failed or was lost is started again. */
    retries: whole('must be a whole number from 0 to 1000000', 0, 1_000_000).default(0),
    /** Longest run of an instance in seconds; absent: for ever. */
    maxSeconds: number('must be a number of seconds from 0.001 to 1000000000', THOUSANDTH, 1e9).optional(),
    /** Seconds between TERM and KILL; absent: 3. */
    killGraceSeconds: number('must be a number of seconds from 0 to 1000000000', 0, 1e9).optional(),
  },
  'must be a JSON object',
);

/** A submission once read, with every default filled in; `SubmissionInput` as a client may send it. */
export type Submission = z.infer<typeof submissionSchema>;
export type SubmissionInput = z.input<typeof submissionSchema>;

/** waiting: no offer has fitted; ended states say how. `lost`: its agent vanished and retries do not apply. */
export const INSTANCE_STATES = ['waiting', 'launching', 'running', 'finished', 'failed', 'killed', 'lost'] as const;
export type InstanceState = (typeof INSTANCE_STATES)[number];

const instanceSchema = z.object({
  index: z.number().int(),
  /** Attempts so far; the current one's task id ends in it. */
  attempt: z.number().int(),
  state: z.enum(INSTANCE_STATES),
  taskId: z.string().optional(),
  /** Wire name of the task's latest state, e.g. `TASK_RUNNING`. */
  taskState: z.string().optional(),
  agentId: z.string().optional(),
  host: z.string().optional(),
  /** `host:port` of the agent's API. */
  agentAddress: z.string().optional(),
  containerId: z.string().optional(),
  /** While it waits after an attempt that ended badly: it is not tried before then, in ms since the epoch. */
  nextTryAtMs: z.number().optional(),
  /** How the latest attempt ended. */
  exitCode: z.number().int().optional(),
  signal: z.number().int().optional(),
  message: z.string().optional(),
  reason: z.string().optional(),
});
/** One of the tasks of a job, as the API shows it. */
export type InstanceView = z.infer<typeof instanceSchema>;

/** A job as the API answers it; lists leave `instances` out. */
export const jobSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Grows with every change, also across restarts of the framework. */
  version: z.number().int(),
  /** running while any instance may still change. */
  state: z.enum(['waiting', 'running', 'finished', 'failed', 'killed']),
  submittedAtMs: z.number(),
  /** Instances by state. */
  counts: z.partialRecord(z.enum(INSTANCE_STATES), z.number()),
  submission: submissionSchema,
  frameworkId: z.string().optional(),
  instances: z.array(instanceSchema).optional(),
});
/** A job as the API shows it. */
export type JobView = z.infer<typeof jobSchema>;

/** Why something waits: how many agents refused for which reason, and who comes nearest. */
export const explanationSchema = z.object({
  subject: z.string(),
  placed: z.boolean(),
  /** One sentence for people. */
  summary: z.string(),
  /** Agents whose latest offer was evaluated. */
  agentsSeen: z.number().int(),
  reasons: z.array(z.object({ reason: z.string(), agents: z.number().int(), detail: z.string() })),
  /** Of a job of which some instances are placed, or were: how many, and how many wait. */
  instances: z.object({ placed: z.number().int(), waiting: z.number().int() }).optional(),
  nearest: z.object({ host: z.string(), agentId: z.string(), short: z.array(z.string()) }).optional(),
});
/** Why something waits, as `explain` shows it. */
export type Explanation = z.infer<typeof explanationSchema>;

/** The body of every refusal: a sentence, and what is wrong with which field of the submission. */
export const refusalSchema = z.object({
  message: z.string(),
  problems: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
});
/** Why the jobs framework did not do as asked. */
export type JobsRefusal = z.infer<typeof refusalSchema>;
