import { mesos, type TaskStatus } from '../../proto/index.js';
import { readEnding } from './ending.js';
import type { Instance, Job } from './job.js';

const State = mesos.v1.TaskState;
const { REASON_RECONCILIATION, REASON_MAX_COMPLETION_TIME_REACHED } = mesos.v1.TaskStatus.Reason;

/**
 * What an instance becomes when its task reports `status`. Pure; the same status twice changes nothing the second
 * time, because a retry has a task id of its own.
 *
 * A task that never started is always started again. One that may have run is started again only as `retries` allows:
 * to run a command twice unasked would be worse than to report it as lost.
 */
export function applyStatus(job: Job, instance: Instance, status: TaskStatus): Instance {
  if (hasEnded(instance)) return instance;
  const facts = withFacts(instance, status);
  switch (status.state) {
    case State.TASK_STAGING:
    case State.TASK_STARTING:
      return instance.state === 'running' ? facts : alive(facts, 'launching');
    case State.TASK_RUNNING:
    case State.TASK_KILLING:
    case State.TASK_UNREACHABLE:
      return alive(facts, 'running');
    case State.TASK_FINISHED:
      return { ...facts, state: 'finished', exitCode: 0 };
    case State.TASK_KILLED:
      return status.reason === REASON_MAX_COMPLETION_TIME_REACHED
        ? failed(job, facts, 'failed')
        : { ...facts, state: 'killed', ...readEnding(status.message) };
    case State.TASK_FAILED:
      return failed(job, { ...facts, ...readEnding(status.message) }, 'failed');
    case State.TASK_ERROR:
      return { ...facts, state: 'failed' };
    case State.TASK_DROPPED:
      return startedAgain(job, facts);
    case State.TASK_UNKNOWN:
    case State.TASK_LOST:
    case State.TASK_GONE:
    case State.TASK_GONE_BY_OPERATOR:
      return neverStarted(instance, status) ? startedAgain(job, facts) : failed(job, facts, 'lost');
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

function startedAgain(job: Job, instance: Instance): Instance {
  return isUnwanted(job, instance) ? { ...instance, state: 'killed' } : waitingAgain(instance);
}

function failed(job: Job, instance: Instance, otherwise: 'failed' | 'lost'): Instance {
  const failures = instance.failures + (instance.state === 'lost' ? 0 : 1); // its loss has been counted
  const again = !isUnwanted(job, instance) && failures <= job.submission.retries;
  return again ? { ...waitingAgain(instance), failures } : { ...instance, failures, state: otherwise };
}

/** Back in the queue, under the next task id; what the last attempt said stays to be read. */
function waitingAgain(instance: Instance): Instance {
  const { taskId: _task, place: _place, agentAddress: _address, containerId: _container, ...rest } = instance;
  return { ...rest, state: 'waiting' };
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
