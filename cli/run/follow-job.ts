import type { InstanceView, JobView } from '../../frameworks/jobs/cli/api.js';
import type { JobsClient } from '../../frameworks/jobs/cli/client.js';
import { accepted } from '../cluster/jobs.js';
import { FileTail, type Sandbox } from '../cluster/sandbox.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { type Followed, follow } from '../output/follow.js';
import { LinePrefixer } from '../output/line-prefixer.js';
import type { Terminal } from '../output/printer.js';
import { Progress } from '../output/progress.js';

/** Longest silence of the jobs framework while following, in ms: it answers sooner when something changes. */
const LONG_POLL_MS = 20_000;
/** How long a job waits before the reason is asked for, in ms. */
const EXPLAIN_AFTER_MS = 2_000;

/** Raw streams that the task's own output goes to. */
export interface Outputs {
  readonly stdout: (data: Uint8Array) => void;
  readonly stderr: (data: Uint8Array) => void;
}

/** Follows a job to its end, copying the output of its instances. Gives the last view of it. */
export async function followJob(
  jobs: JobsClient,
  submitted: JobView,
  outputs: Outputs,
  terminal: Terminal,
  deadlineMs?: number,
): Promise<JobView> {
  using progress = new Progress(terminal, describe(submitted));
  const followers = new Map<string, Promise<void>>();
  const latest = { view: submitted };
  let nextExplainAtMs = performance.now() + EXPLAIN_AFTER_MS;
  for (;;) {
    for (const instance of latest.view.instances ?? []) startFollowing(instance, latest, followers, outputs);
    if (latest.view.state !== 'running' && latest.view.state !== 'waiting') break;
    const leftMs = deadlineMs === undefined ? Number.POSITIVE_INFINITY : deadlineMs - performance.now();
    if (leftMs <= 0) throw outOfTime(latest.view);
    const waiting = (latest.view.counts['waiting'] ?? 0) > 0;
    const waitMs = Math.min(
      LONG_POLL_MS,
      leftMs,
      waiting ? Math.max(50, nextExplainAtMs - performance.now()) : LONG_POLL_MS,
    );
    latest.view = accepted(await jobs.job(latest.view.id, latest.view.version, Math.ceil(waitMs)), 'follow the job');
    if (!waiting || performance.now() < nextExplainAtMs) progress.update(describe(latest.view));
    else {
      const why = await jobs.explain(latest.view.id);
      if (why.ok && !why.value.placed) progress.update(`${describe(latest.view)}: ${why.value.summary}`);
      nextExplainAtMs = performance.now() + EXPLAIN_AFTER_MS;
    }
  }
  await Promise.all(followers.values());
  return latest.view;
}

/** The exit code of a job: that of its first instance (by number) that did not finish, else 0. */
export function exitCodeOfJob(view: JobView): number {
  const failing = (view.instances ?? []).find(({ state }) => state !== 'finished');
  if (failing === undefined) return view.state === 'finished' ? EXIT.done : EXIT.ownFailure;
  if (failing.exitCode !== undefined && failing.exitCode !== 0) return failing.exitCode;
  if (failing.signal !== undefined) return 128 + failing.signal;
  return failing.state === 'killed' ? 128 + 15 : EXIT.ownFailure;
}

const ENDED = new Set(['finished', 'failed', 'killed', 'lost']);

function startFollowing(
  instance: InstanceView,
  latest: { view: JobView },
  followers: Map<string, Promise<void>>,
  outputs: Outputs,
): void {
  const { taskId, agentAddress, containerId } = instance;
  if (taskId === undefined || agentAddress === undefined || containerId === undefined || followers.has(taskId)) return;
  const sandbox: Sandbox = {
    agentAddress,
    containerId,
    frameworkId: latest.view.frameworkId ?? '',
    executorId: taskId,
  };
  const several = latest.view.submission.count > 1;
  const stream = (file: string, write: (data: Uint8Array) => void): Followed => {
    const prefixer = several ? new LinePrefixer(`${taskId} | `, write) : undefined;
    return {
      tail: new FileTail(sandbox, file),
      write: prefixer === undefined ? write : (data) => prefixer.write(data),
    };
  };
  const files = [stream('stdout', outputs.stdout), stream('stderr', outputs.stderr)];
  const over = () => {
    const now = latest.view.instances?.[instance.index];
    return now === undefined || now.taskId !== taskId || ENDED.has(now.state);
  };
  // A sandbox that cannot be read any more must not hide how the job ends.
  followers.set(
    taskId,
    follow(files, over).catch((error: Error) =>
      outputs.stderr(Buffer.from(`meseta: output of ${taskId} is cut short: ${error.message}\n`)),
    ),
  );
}

function describe(view: JobView): string {
  const counts = Object.entries(view.counts).filter(([, count]) => count > 0);
  return `${view.id}: ${counts.map(([state, count]) => (view.submission.count > 1 ? `${count} ${state}` : state)).join(', ')}`;
}

function outOfTime(view: JobView): CommandFailure {
  const unplaced = (view.counts['waiting'] ?? 0) > 0;
  return new CommandFailure(
    unplaced ? EXIT.unplaced : EXIT.timedOut,
    `Stopped waiting for ${describe(view)}; it goes on`,
    unplaced ? `meseta explain ${view.id}` : `meseta tasks, meseta logs -f ${view.id}.0, meseta kill ${view.id}`,
  );
}
