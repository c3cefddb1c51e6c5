import type { Clock } from '../../common/runtime/clock.js';
import { CodedError } from '../../common/runtime/errors.js';
import type { Store } from '../../common/store/store.js';
import type { Submission } from './cli/api.js';
import type { Job } from './job.js';
import type { JobTable } from './job-table.js';
import { deleteJob, putHead } from './records.js';

/** The most instances that may wait: beyond it submissions are refused. */
const WAITING_MOST = 1_000_000;

/** What a submission came to: the job that is durable now, and whether an earlier submission had made it. */
export type Admitted = { readonly job: Job; readonly known: boolean };

interface AdmissionPorts {
  readonly clock: Clock;
  readonly store: Store;
  readonly table: JobTable;
  /** The job is durable and in the table. */
  readonly admitted: (job: Job) => void;
}

/** Takes submissions in: each is durable before it is answered, and the same token is taken once. */
export class Admission {
  readonly #ports: AdmissionPorts;
  /** Who waits for a submission to be durable, by its token. */
  readonly #underWay = new Map<string, Array<(outcome: Admitted | Error) => void>>();
  #instancesUnderWay = 0;

  constructor(ports: AdmissionPorts) {
    this.#ports = ports;
  }

  /**
   * Stores a submission; `done` gets the job when it is durable. The token of an earlier one gives that one, also while
   * it is still being written. Fails with `LIMIT` when too much waits already.
   */
  submit(submission: Submission, done: (outcome: Admitted | Error) => void): void {
    const { table } = this.#ports;
    const known = table.withToken(submission.token);
    const waiting = table.countWaiting() + this.#instancesUnderWay;
    const askers = this.#underWay.get(submission.token);
    if (askers !== undefined) askers.push(done);
    else if (known !== undefined) done({ job: known, known: true });
    else if (waiting + submission.count > WAITING_MOST) done(tooMany());
    else this.#admit(submission, done);
  }

  #admit(submission: Submission, done: (outcome: Admitted | Error) => void): void {
    const { clock, store, table, admitted } = this.#ports;
    const askers = [done];
    this.#underWay.set(submission.token, askers);
    this.#instancesUnderWay += submission.count;
    const job = table.draft(submission, clock.wallMs());
    table.reserve(job.id);
    const surplus = table.surplus();
    store.write([putHead(job), ...surplus.flatMap(deleteJob)], (error) => {
      this.#underWay.delete(submission.token);
      this.#instancesUnderWay -= submission.count;
      table.release(job.id);
      if (error === undefined) {
        for (const ended of surplus) table.remove(ended);
        table.put(job);
        admitted(job);
      }
      for (const [at, tell] of askers.entries()) tell(error ?? { job, known: at > 0 });
    });
  }
}

function tooMany(): CodedError {
  return new CodedError(
    'LIMIT',
    `Cannot take the job: more than ${WAITING_MOST} instances would wait; try again when some have been placed`,
  );
}
