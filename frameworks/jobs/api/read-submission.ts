import type { z } from 'zod';
import { messageOf } from '../../../common/runtime/errors.js';
import { nearest } from '../../../common/runtime/nearest.js';
import { parseConstraint } from '../../../scheduler-sdk/index.js';
import { type JobsRefusal, type Submission, submissionSchema } from '../cli/api.js';
import { uriProblems } from './uri-problems.js';

type Problem = JobsRefusal['problems'][number];
type ReadSubmission =
  | { readonly ok: true; readonly submission: Submission }
  | { readonly ok: false; readonly problems: Problem[] };

/** Longest value that is shown in a problem, in characters. */
const SHOWN_MOST = 100;

/** Reads and checks a submission. Every problem is told at once: the field, what is wanted, what was given. */
export function readSubmission(body: Uint8Array): ReadSubmission {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (error) {
    return { ok: false, problems: [{ field: '(body)', message: `must be JSON: ${messageOf(error)}` }] };
  }
  const parsed = submissionSchema.safeParse(value);
  const fetching = uriProblems(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, value));
    return { ok: false, problems: [...problems, ...fetching] };
  }
  const problems = [...constraintProblems(parsed.data), ...fetching];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, submission: parsed.data };
}

function problemsOf(issue: z.core.$ZodIssue, root: unknown): Problem[] {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: field === '' ? key : `${field}.${key}`, message: unknownField(key) }));
  if (issue.code === 'invalid_key')
    return [
      {
        field: issue.path.slice(0, -1).join('.'),
        message: `${issue.issues[0]?.message ?? issue.message}, got ${show(issue.path.at(-1))}`,
      },
    ];
  const given = issue.path.reduce<unknown>((value, key) => childOf(value, key), root);
  const got = given === undefined ? 'it is missing' : `got ${show(given)}`;
  return [{ field: field || '(body)', message: `${issue.message}, ${got}` }];
}

function unknownField(key: string): string {
  const near = nearest(key, Object.keys(submissionSchema.shape));
  return `must not be there: no such field is known${near === undefined ? '' : `, did you mean "${near}"?`}`;
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_MOST ? `${text.slice(0, SHOWN_MOST)}...` : text;
}

function constraintProblems({ constraints }: Submission): Problem[] {
  return constraints.flatMap(({ field, operator, value }, at) => {
    try {
      parseConstraint([field, operator, ...(value === undefined ? [] : [value])].join(':'));
      return [];
    } catch (error) {
      return [{ field: `constraints.${at}`, message: messageOf(error) }];
    }
  });
}
