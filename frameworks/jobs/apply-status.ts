import { mesos, type TaskStatus } from '../../proto/index.js';
import { readEnding } from './ending.js';
import type { Instance, Job } from './job.js';

const State = mesos.v1.TaskState;

/**
 * What an instance becomes when its task reports `status`. Pure; the same status twice changes nothing the second
 * time, because a retry has a task id of its own.
 *
 * A task that never started is always started again. One that may have run is started again only as `retries` allows:
 * to run a command twice unasked would be worse than to report it as lost.
 */
export function applyStatus(job: Job, instance: Instance, status: TaskStatus): Instance {
  const facts = withFacts(instance, status);
  switch (status.state) {
    case State.TASK_STAGING:
    case State.TASK_STARTING:
      return { ...facts, state: 'launching' };
    case State.TASK_RUNNING:
    case State.TASK_KILLING:
    case State.TASK_UNREACHABLE:
    case State.TASK_GONE_BY_OPERATOR:
      return {
        ...facts,
        state: isRevivable(instance) ? 'running' : instance.state,
      };
    case State.TASK_FINISHED:
      return { ...facts, state: 'finished', exitCode: 0 };
    case State.TASK_KILLED:
      return status.reason === mesos.v1.TaskStatus.Reason.REASON_MAX_COMPLETION_TIME_REACHED
        ? failed(job, facts)
        : { ...facts, state: 'killed', ...readEnding(status.message) };
    case State.TASK_FAILED:
      return failed(job, { ...facts, ...readEnding(status.message) });
    case State.TASK_ERROR:
      return { ...facts, state: 'failed' };
    case State.TASK_DROPPED:
      return job.killed ? { ...facts, state: 'killed' } : waitingAgain(facts);
    case State.TASK_UNKNOWN:
    case State.TASK_LOST:
    case State.TASK_GONE: {
      if (neverStarted(instance, status)) return job.killed ? { ...facts, state: 'killed' } : waitingAgain(facts);
      const retried = failed(job, facts);
      return retried.state === 'failed' ? { ...retried, state: 'lost' } : retried;
    }
  }
}

/** A lost task may turn out to be alive; an ended one may not. */
function isRevivable({ state }: Instance): boolean {
  return state === 'launching' || state === 'running' || state === 'lost';
}

/**
 * Whether master and agent agree that they have never heard of the task: its launch was lost on the way. An agent keeps
 * every task until its last update is acknowledged, and we acknowledge only what we have stored.
 */
function neverStarted({ taskState }: Instance, { reason }: TaskStatus): boolean {
  const silent = taskState === undefined || taskState === 'TASK_STAGING';
  return silent && reason === mesos.v1.TaskStatus.Reason.REASON_RECONCILIATION;
}

function failed(job: Job, instance: Instance): Instance {
  const failures = instance.failures + 1;
  const again = !job.killed && failures <= job.submission.retries;
  return again ? { ...waitingAgain(instance), failures } : { ...instance, failures, state: 'failed' };
}

/** Back in the queue, under the next task id; what the last attempt said stays to be read. */
function waitingAgain({
  taskId: _taskId,
  place: _place,
  agentAddress: _address,
  containerId: _container,
  ...instance
}: Instance): Instance {
  return { ...instance, state: 'waiting' };
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
