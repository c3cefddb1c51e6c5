import { mesos, type TaskStatus } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import type { CounterName } from '../state/counters.js';
import { type FrameworkRow, sendToFramework } from '../state/frameworks.js';

const { TaskState } = mesos.v1;
const { Source, Reason } = mesos.v1.TaskStatus;

/** Sends a status as an UPDATE; without a scheduler it is dropped, the agent or a reconciliation brings it again. */
export function sendStatus(framework: FrameworkRow, status: TaskStatus): void {
  sendToFramework(framework, { type: mesos.v1.scheduler.Event.Type.UPDATE, update: { status } });
}

const END_COUNTERS: Partial<Record<mesos.v1.TaskState, CounterName>> = {
  [TaskState.TASK_FINISHED]: 'tasks_finished',
  [TaskState.TASK_FAILED]: 'tasks_failed',
  [TaskState.TASK_KILLED]: 'tasks_killed',
  [TaskState.TASK_LOST]: 'tasks_lost',
  [TaskState.TASK_ERROR]: 'tasks_error',
  [TaskState.TASK_DROPPED]: 'tasks_dropped',
  [TaskState.TASK_GONE]: 'tasks_gone',
  [TaskState.TASK_GONE_BY_OPERATOR]: 'tasks_gone_by_operator',
};

/** Counts the end of a task, by its state and by who ended it and why. */
export function countEnd(context: MasterContext, { state, source, reason }: TaskStatus): void {
  const counter = END_COUNTERS[state];
  if (counter === undefined) return;
  context.counters.count(counter);
  if (state === TaskState.TASK_FINISHED || source == null || reason == null) return;
  context.counters.countTaskEnd(classic(TaskState[state]), classic(Source[source]), classic(Reason[reason]));
}

/** The names of metrics kept the older word for agents. */
function classic(name: string): string {
  return name.replace('AGENT', 'SLAVE').toLowerCase();
}
