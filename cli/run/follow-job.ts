import type { InstanceView, JobView } from '../../frameworks/jobs/cli/api.js';
import type { JobsClient } from '../../frameworks/jobs/cli/client.js';
import { describeEnding } from '../../frameworks/jobs/cli/describe-ending.js';
import { accepted } from '../cluster/jobs.js';
import { FileTail, type ReadPiece, type Sandbox, sandboxReader } from '../cluster/sandbox.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { type Followed, follow } from '../output/follow.js';
import { LinePrefixer } from '../output/line-prefixer.js';
import type { Terminal } from '../output/printer.js';
import { Progress } from '../output/progress.js';
import { describeCounts } from './describe-job.js';

/** Longest silence of the jobs framework while following, in ms: it answers sooner when something changes. */
const LONG_POLL_MS = 20_000;
/** How long a job waits before the reason is asked for, in ms. */
const EXPLAIN_AFTER_MS = 2_000;

/** Raw streams that the task's own output goes to. */
export interface Outputs {
  readonly stdout: (data: Uint8Array) => void;
  readonly stderr: (data: Uint8Array) => void;
}

/**
 * Follows a job to its end, copying the output of its instances. Gives the last view of it, with every instance.
 * `deadlineMs`: of `performance.now()`; past it fails with 7 while something waits, else with 6.
 */
export async function followJob(
  jobs: JobsClient,
  submitted: JobView,
  outputs: Outputs,
  terminal: Terminal,
  deadlineMs = Number.POSITIVE_INFINITY,
  reader: (sandbox: Sandbox) => ReadPiece = sandboxReader,
): Promise<JobView> {
  using progress = new Progress(terminal, describeJob(submitted));
  const around = { stdout: progress.around(outputs.stdout), stderr: progress.around(outputs.stderr) };
  using copier = new OutputCopier(submitted, around, terminal, reader);
  let view = submitted;
  let explainAtMs = performance.now() + EXPLAIN_AFTER_MS;
  for (;;) {
    copier.note(view);
    if (!isOpen(view)) break;
    const nowMs = performance.now();
    if (nowMs >= deadlineMs) throw outOfTime(view);
    const untilMs = Math.min(
      nowMs + LONG_POLL_MS,
      deadlineMs,
      isWaiting(view) ? explainAtMs : Number.POSITIVE_INFINITY,
    );
    const waitMs = Math.max(0, Math.ceil(untilMs - nowMs));
    view = merge(view, accepted(await jobs.job(view.id, view.version, waitMs), 'follow the job'));
    if (isWaiting(view) && performance.now() >= explainAtMs) {
      progress.update(await describeWaiting(jobs, view));
      explainAtMs = performance.now() + EXPLAIN_AFTER_MS;
    } else if (!isWaiting(view) || backOffOf(view) !== undefined) progress.update(describeJob(view));
  }
  await copier.finished();
  return view;
}

/** The exit code of a job: that of its first instance (by number) that did not finish, else 0. */
export function exitCodeOfJob(view: JobView): number {
  const failing = (view.instances ?? []).find(({ state }) => state !== 'finished');
  if (failing === undefined) return view.state === 'finished' ? EXIT.done : EXIT.ownFailure;
  if (failing.exitCode !== undefined && failing.exitCode !== 0) return failing.exitCode;
  if (failing.signal !== undefined) return 128 + failing.signal;
  return failing.state === 'killed' ? 128 + 15 : EXIT.ownFailure;
}

/** What changed, put into what was known. */
function merge(known: JobView, news: JobView): JobView {
  const instances = [...(known.instances ?? [])];
  for (const instance of news.instances ?? []) instances[instance.index] = instance;
  return { ...news, instances };
}

const isOpen = ({ state }: JobView) => state === 'running' || state === 'waiting';
const isWaiting = ({ counts }: JobView) => (counts.waiting ?? 0) > 0;
const countsOf = (view: JobView) => `${view.id}: ${describeCounts(view)}`;

/** Its instances by state, and when the next one that failed is tried again. `nowMs`: since the epoch. */
export function describeJob(view: JobView, nowMs = Date.now()): string {
  return [countsOf(view), backOffOf(view, nowMs)].filter((text) => text !== undefined).join('; ');
}

/** When the next instance that failed is tried again, and after what; undefined when none waits for its time. */
function backOffOf({ instances = [] }: JobView, nowMs = Date.now()): string | undefined {
  let next: InstanceView | undefined;
  for (const instance of instances)
    if (instance.state === 'waiting' && (instance.nextTryAtMs ?? 0) > nowMs)
      if (next === undefined || (instance.nextTryAtMs ?? 0) < (next.nextTryAtMs ?? 0)) next = instance;
  if (next === undefined) return undefined;
  const why = describeEnding(next);
  const seconds = Math.ceil(((next.nextTryAtMs ?? 0) - nowMs) / 1_000);
  return `next try in ${seconds} s${why === undefined ? '' : `: ${why}`}`;
}

async function describeWaiting(jobs: JobsClient, view: JobView): Promise<string> {
  const why = await jobs.explain(view.id);
  return why.ok && !why.value.placed ? `${countsOf(view)}: ${why.value.summary}` : describeJob(view);
}

function outOfTime(view: JobView): CommandFailure {
  const unplaced = isWaiting(view);
  return new CommandFailure(
    unplaced ? EXIT.unplaced : EXIT.timedOut,
    `Stopped waiting for ${countsOf(view)}; it goes on`,
    unplaced ? `meseta explain ${view.id}` : `meseta logs -f ${view.id}, or meseta kill ${view.id}`,
  );
}

const ENDED: ReadonlySet<InstanceView['state']> = new Set(['finished', 'failed', 'killed', 'lost']);

/** Copies what the tasks of a job write, each from its first line to its last, under its id when there are several. */
class OutputCopier implements Disposable {
  readonly #outputs: Outputs;
  readonly #terminal: Terminal;
  readonly #reader: (sandbox: Sandbox) => ReadPiece;
  readonly #copies = new Map<string, Promise<void>>();
  #view: JobView;
  #abandoned = false;

  constructor(view: JobView, outputs: Outputs, terminal: Terminal, reader: (sandbox: Sandbox) => ReadPiece) {
    this.#view = view;
    this.#outputs = outputs;
    this.#terminal = terminal;
    this.#reader = reader;
  }

  /** Starts to copy from tasks that have begun to run, and ends with those that have ended. */
  note(view: JobView): void {
    this.#view = view;
    for (const { index, taskId, agentAddress, containerId } of view.instances ?? []) {
      if (taskId === undefined || agentAddress === undefined || containerId === undefined) continue;
      if (this.#copies.has(taskId)) continue;
      const sandbox = { agentAddress, containerId, frameworkId: view.frameworkId ?? '', executorId: taskId };
      this.#copies.set(taskId, this.#copy(sandbox, index));
    }
  }

  async finished(): Promise<void> {
    await Promise.all(this.#copies.values());
  }

  /** Copies no more than there is now: what follows a task for ever would keep the process alive. */
  [Symbol.dispose](): void {
    this.#abandoned = true;
  }

  async #copy(sandbox: Sandbox, index: number): Promise<void> {
    const taskId = sandbox.executorId;
    const read = this.#reader(sandbox);
    const files = [
      this.#followed(read, 'stdout', taskId, this.#outputs.stdout),
      this.#followed(read, 'stderr', taskId, this.#outputs.stderr),
    ];
    try {
      await follow(files, () => this.#hasEnded(taskId, index), this.#view.submission.count ?? 1);
    } catch (error) {
      // A sandbox that cannot be read any more must not hide how the job ends.
      const why = error instanceof Error ? error.message : String(error);
      this.#outputs.stderr(Buffer.from(`meseta: the output of ${taskId} is cut short: ${why}\n`));
    }
  }

  #followed(read: ReadPiece, file: string, taskId: string, write: (data: Uint8Array) => void): Followed {
    const tail = new FileTail(read, file);
    if (this.#view.submission.count === 1) return { tail, write };
    const prefixer = new LinePrefixer(`${this.#terminal.style.of(taskId)} | `, write);
    return { tail, write: (data) => prefixer.write(data), end: () => prefixer.flush() };
  }

  #hasEnded(taskId: string, index: number): boolean {
    const now = this.#view.instances?.[index];
    return this.#abandoned || now === undefined || now.taskId !== taskId || ENDED.has(now.state);
  }
}
