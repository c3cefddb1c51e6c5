import { z } from 'zod';

/**
 * The HTTP API of the jobs framework, as both sides see it. Served at the address in its `webui_url`:
 *
 * - `POST /v1/jobs` with a submission: 201 and the job; 400 and `problems`; the same `token` again: 200 and the job that exists.
 * - `GET /v1/jobs`: every job without its instances, newest first.
 * - `GET /v1/jobs/ID?version=V&wait_ms=N`: the job; answers as soon as its version exceeds V, or after N ms (at most 30,000).
 * - `POST /v1/jobs/ID/kill`: 202; `POST /v1/tasks/TASK_ID/kill`: 202, 404 when unknown.
 * - `GET /v1/tasks/ID/explain`: why a task, or a job by its id, is not placed.
 * - `GET /health`: 200 while subscribed, 503 with the reason while not.
 *
 * Every refusal is `{"message": string, "problems": [{"field", "message"}]}`.
 */

/** Attribute operators in the manner of Marathon: UNIQUE (one per value), CLUSTER, GROUP_BY, LIKE, UNLIKE, MAX_PER, IS. */
export const CONSTRAINT_OPERATORS = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS'] as const;

const id = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'must start with a letter or digit and hold only letters, digits, ".", "_" and "-", at most 100',
  );

export const constraintSchema = z.strictObject({
  /** Name of an attribute, or `hostname`. */
  field: z.string().min(1),
  operator: z.enum(CONSTRAINT_OPERATORS),
  value: z.string().optional(),
});

export const uriSchema = z.strictObject({
  value: z.string().min(1),
  executable: z.boolean().default(false),
  extract: z.boolean().default(true),
  cache: z.boolean().default(false),
  outputFile: z.string().min(1).optional(),
});

export const submissionSchema = z.strictObject({
  /** Makes a submission repeatable: the second one with the same token is the first. */
  token: z.string().min(1).max(100),
  name: id,
  /** A line for `/bin/sh -c`, or a program with its arguments. */
  command: z.union([
    z.strictObject({ shell: z.string().min(1) }),
    z.strictObject({ argv: z.array(z.string()).min(1) }),
  ]),
  /** How many instances, each a task. */
  count: z.number().int().min(1).max(100_000).default(1),
  /** Cores. */
  cpus: z.number().positive().max(1_000_000).default(0.1),
  /** MiB. */
  mem: z.number().positive().max(1_000_000_000).default(32),
  /** MiB. */
  disk: z.number().min(0).max(1_000_000_000).default(0),
  /** How many ports; their numbers are in the task's `PORT0`, `PORT1`, ... and `PORTS`. */
  ports: z.number().int().min(0).max(1_000).default(0),
  constraints: z.array(constraintSchema).max(100).default([]),
  env: z.record(z.string().regex(/^[^=\0]+$/, 'must not be empty nor hold "="'), z.string()).default({}),
  uris: z.array(uriSchema).max(1_000).default([]),
  user: z.string().min(1).optional(),
  /** How often an instance that failed is started again. Loss of its agent does not count. */
  retries: z.number().int().min(0).max(1_000_000).default(0),
  /** Longest run of an instance in seconds; absent: for ever. */
  maxSeconds: z.number().positive().optional(),
  /** Seconds between TERM and KILL; absent: 3. */
  killGraceSeconds: z.number().min(0).optional(),
});

export type Submission = z.infer<typeof submissionSchema>;
export type SubmissionInput = z.input<typeof submissionSchema>;

/** waiting: no offer has fitted; ended states say how. `lost`: its agent vanished and retries do not apply. */
export const INSTANCE_STATES = ['waiting', 'launching', 'running', 'finished', 'failed', 'killed', 'lost'] as const;

export const instanceSchema = z.object({
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
  /** How the latest attempt ended. */
  exitCode: z.number().int().optional(),
  signal: z.number().int().optional(),
  message: z.string().optional(),
  reason: z.string().optional(),
});
export type InstanceView = z.infer<typeof instanceSchema>;

export const jobSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Grows with every change. */
  version: z.number().int(),
  /** running while any instance may still change. */
  state: z.enum(['waiting', 'running', 'finished', 'failed', 'killed']),
  submittedAtMs: z.number(),
  counts: z.record(z.string(), z.number()),
  submission: submissionSchema,
  frameworkId: z.string().optional(),
  instances: z.array(instanceSchema).optional(),
});
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
  nearest: z.object({ host: z.string(), agentId: z.string(), short: z.array(z.string()) }).optional(),
});
export type Explanation = z.infer<typeof explanationSchema>;

export const refusalSchema = z.object({
  message: z.string(),
  problems: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
});
export type JobsRefusal = z.infer<typeof refusalSchema>;
