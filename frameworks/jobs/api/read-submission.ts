import { messageOf } from '../../../common/runtime/errors.js';
import { parseConstraint } from '../../../scheduler-sdk/index.js';
import { type JobsRefusal, type Submission, submissionSchema } from '../cli/api.js';

type Problem = JobsRefusal['problems'][number];
type ReadSubmission =
  | { readonly ok: true; readonly submission: Submission }
  | { readonly ok: false; readonly problems: Problem[] };

/** Reads and checks a submission. Every problem is told at once, each with the field it is about. */
export function readSubmission(body: Uint8Array): ReadSubmission {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (error) {
    return { ok: false, problems: [{ field: '(body)', message: `is not JSON: ${messageOf(error)}` }] };
  }
  const parsed = submissionSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.') || '(body)', message }));
    return { ok: false, problems };
  }
  const problems = constraintProblems(parsed.data);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, submission: parsed.data };
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
