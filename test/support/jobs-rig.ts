import { silentLogger } from '../../common/runtime/logger.js';
import { seededRandom } from '../../common/runtime/random.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import type { Store } from '../../common/store/store.js';
import type { Admitted } from '../../frameworks/jobs/admission.js';
import { type SubmissionInput, submissionSchema } from '../../frameworks/jobs/cli/api.js';
import type { Instance, Job } from '../../frameworks/jobs/job.js';
import { JobsScheduler } from '../../frameworks/jobs/jobs-scheduler.js';
import { SchedulerClient } from '../../scheduler-sdk/index.js';
import { type ScriptedMaster, scriptedMaster } from '../../scheduler-sdk/testing/index.js';

/** The jobs framework under a scripted master, in virtual time. */
export class JobsRig {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly master: ScriptedMaster;
  readonly jobs: JobsScheduler;
  readonly client: SchedulerClient;
  #tokens = 0;

  /** `store` and `clock` of an earlier rig play a restart. */
  constructor({ clock = new VirtualClock(), store }: { clock?: VirtualClock; store?: Store } = {}) {
    this.clock = clock;
    this.store = store ?? new MemoryStore(clock);
    this.master = scriptedMaster({ clock, store: this.store });
    this.jobs = new JobsScheduler({ clock, random: seededRandom(1), log: silentLogger, store: this.store });
    let loaded: Error | 'yes' | undefined;
    this.jobs.load((error) => (loaded = error ?? 'yes'));
    clock.advance(0);
    if (loaded !== 'yes') throw loaded ?? new Error('The jobs were not loaded');
    const { jobs } = this;
    this.client = new SchedulerClient(
      this.master.ports,
      { name: 'jobs', user: 'nobody' },
      {
        subscribed: () => jobs.subscribed(),
        disconnected: () => jobs.disconnected(),
        offers: (offers) => jobs.offers(offers),
        update: (update) => jobs.update(update),
        failure: (failure) => jobs.failure(failure),
      },
    );
    jobs.attach(this.client);
    this.client.start();
  }

  /** Subscribed, and wanting nothing if nothing waits. */
  static subscribed(options?: ConstructorParameters<typeof JobsRig>[0]): JobsRig {
    const rig = new JobsRig(options);
    rig.master.subscribe();
    if (![...rig.jobs.jobs()].some(({ counts }) => (counts.waiting ?? 0) > 0)) rig.master.expect.suppress();
    return rig;
  }

  /** Submits; `done` gets the outcome once it is durable. */
  trySubmit(input: Partial<SubmissionInput>, done: (outcome: Admitted | Error) => void): void {
    this.#tokens += 1;
    const base = { token: `token-${this.clock.wallMs()}-${this.#tokens}`, name: 'job', command: { shell: 'true' } };
    this.jobs.submit(submissionSchema.parse({ ...base, ...input }), done);
  }

  /** Submits and waits until it is durable; expects the revive that follows. */
  submit(input: Partial<SubmissionInput> = {}): Job {
    let outcome: Admitted | Error | undefined;
    this.trySubmit(input, (answered) => (outcome = answered));
    this.clock.advance(0);
    if (outcome === undefined || outcome instanceof Error) throw outcome ?? new Error('The job was not admitted');
    if (this.master.connected && !outcome.known) this.master.expect.revive();
    return outcome.job;
  }

  /** An instance as it stands. */
  instance(jobId: string, index = 0): Instance {
    const instance = this.jobs.job(jobId)?.instances[index];
    if (instance === undefined) throw new Error(`There is no instance ${jobId}.${index}`);
    return instance;
  }

  /** How many instances are in each state. */
  counts(jobId: string): Readonly<Record<string, number>> {
    return this.jobs.job(jobId)?.counts ?? {};
  }

  /** Dies and comes back: what the store had is read anew, by a new process. Subscribed again under the same id. */
  restart(): JobsRig {
    this.client.stop();
    const store = this.store instanceof MemoryStore ? this.store.crash() : this.store;
    return new JobsRig({ clock: this.clock, store });
  }
}
