import { mesos, type TaskStatus } from '../../proto/index.js';
import { readEnding } from './ending.js';
import type { Instance, Job } from './job.js';

const State = mesos.v1.TaskState;
const {
  REASON_RECONCILIATION,
  REASON_INVALID_OFFERS,
  REASON_MASTER_DISCONNECTED,
  REASON_AGENT_DISCONNECTED,
  REASON_AGENT_REMOVED,
  REASON_AGENT_RESTARTED,
  REASON_MAX_COMPLETION_TIME_REACHED,
} = mesos.v1.TaskStatus.Reason;

/** Why a launch is dropped that no agent had a part in; any other drop is an agent's, for a cause that may well stay. */
const LOST_ON_THE_WAY: ReadonlySet<mesos.v1.TaskStatus.Reason> = new Set([
  REASON_RECONCILIATION,
  REASON_INVALID_OFFERS,
  REASON_MASTER_DISCONNECTED,
  REASON_AGENT_DISCONNECTED,
  REASON_AGENT_REMOVED,
  REASON_AGENT_RESTARTED,
]);
/** Launches that agents drop in a row until that counts as a failure. */
const DROPS_PER_FAILURE = 3;

/** When an instance may be tried again after so many setbacks, in ms since the epoch; undefined: at once. */
export type NextTry = (setbacks: number) => number | undefined;

/**
 * What an instance becomes when its task reports `status`. Pure; the same status twice changes nothing the second
 * time, because a retry has a task id of its own.
 *
 * A task that never started is started again at no cost; but when agents drop it three times in a row for a cause of
 * their own, such as a user that they do not know, that is a failure like any other. One that may have run is started again only as `retries` allows:
 * to run a command twice unasked would be worse than to report it as lost. What is tried again waits longer each time.
 */
export function applyStatus(job: Job, instance: Instance, status: TaskStatus, nextTry: NextTry): Instance {
  if (hasEnded(instance)) return instance;
  const facts = withFacts(instance, status);
  switch (status.state) {
    case State.TASK_STAGING:
    case State.TASK_STARTING:
      return instance.state === 'running' ? facts : alive(facts, 'launching');
    case State.TASK_RUNNING:
      return { ...alive(facts, 'running'), drops: 0, strays: 0 };
    case State.TASK_KILLING:
    case State.TASK_UNREACHABLE:
      return alive(facts, 'running');
    case State.TASK_FINISHED:
      return { ...facts, state: 'finished', exitCode: 0 };
    case State.TASK_KILLED:
      return status.reason === REASON_MAX_COMPLETION_TIME_REACHED
        ? failed(job, facts, 'failed', nextTry)
        : { ...facts, state: 'killed', ...readEnding(status.message) };
    case State.TASK_FAILED:
      return failed(job, { ...facts, ...readEnding(status.message) }, 'failed', nextTry);
    case State.TASK_ERROR:
      return { ...facts, state: 'failed' };
    case State.TASK_DROPPED:
      return dropped(job, facts, status, nextTry);
    case State.TASK_UNKNOWN:
    case State.TASK_LOST:
    case State.TASK_GONE:
    case State.TASK_GONE_BY_OPERATOR:
      return neverStarted(instance, status) ? strayed(job, facts, nextTry) : failed(job, facts, 'lost', nextTry);
  }
}

/** A lost task may turn out to be alive; an ended one may not, whatever is said of it later. */
function hasEnded({ state }: Instance): boolean {
  return state === 'finished' || state === 'failed' || state === 'killed';
}

/** What was given up for lost did not fail after all. */
function alive(instance: Instance, state: 'launching' | 'running'): Instance {
  return { ...instance, state, failures: instance.failures - (instance.state === 'lost' ? 1 : 0) };
}

/**
 * Whether master and agent agree that they have never heard of the task: its launch was lost on the way. An agent keeps
 * every task until its last update is acknowledged, and we acknowledge only what we have stored.
 */
function neverStarted({ taskState }: Instance, { reason }: TaskStatus): boolean {
  const silent = taskState === undefined || taskState === 'TASK_STAGING';
  return silent && reason === REASON_RECONCILIATION;
}

function isUnwanted(job: Job, instance: Instance): boolean {
  return job.killed || instance.unwanted === true;
}

function dropped(job: Job, instance: Instance, { reason }: TaskStatus, nextTry: NextTry): Instance {
  if (reason != null && LOST_ON_THE_WAY.has(reason)) return strayed(job, instance, nextTry);
  if (isUnwanted(job, instance)) return { ...instance, state: 'killed' };
  const again = { ...instance, drops: instance.drops + 1 };
  if (again.drops % DROPS_PER_FAILURE === 0) return failed(job, again, 'failed', nextTry);
  return waitingAgain(again, nextTry(setbacksOf(again)));
}

/** The launch was lost on its way. The first time that is an accident and the next try comes at once. */
function strayed(job: Job, instance: Instance, nextTry: NextTry): Instance {
  if (isUnwanted(job, instance)) return { ...instance, state: 'killed' };
  return waitingAgain({ ...instance, strays: instance.strays + 1 }, nextTry(instance.strays));
}

function failed(job: Job, instance: Instance, otherwise: 'failed' | 'lost', nextTry: NextTry): Instance {
  const failures = instance.failures + (instance.state === 'lost' ? 0 : 1); // its loss has been counted
  const counted = { ...instance, failures };
  const again = !isUnwanted(job, instance) && failures <= job.submission.retries;
  return again ? waitingAgain(counted, nextTry(setbacksOf(counted))) : { ...counted, state: otherwise };
}

const setbacksOf = ({ failures, drops }: Instance): number => failures + drops;

/** Back in the queue, under the next task id; what the last attempt said stays to be read. */
function waitingAgain(instance: Instance, nextTryAtMs: number | undefined): Instance {
  const { taskId: _task, place: _place, agentAddress: _address, containerId: _container, ...rest } = instance;
  return { ...rest, state: 'waiting', ...(nextTryAtMs === undefined ? {} : { nextTryAtMs }) };
}

function withFacts(instance: Instance, status: TaskStatus): Instance {
  const containerId = status.containerStatus?.containerId?.value;
  const reason = status.reason == null ? undefined : mesos.v1.TaskStatus.Reason[status.reason];
  return {
    ...instance,
    taskState: State[status.state] ?? `${status.state}`,
    ...(containerId === undefined ? {} : { containerId }),
    ...(status.message == null ? {} : { message: status.message }),
    ...(reason === undefined ? {} : { reason }),
  };
}
