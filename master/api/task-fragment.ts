import { taskDocument } from '../../common/net/http/task-document.js';
import { summarize } from '../../common/resources/summary.js';
import type { mesos, TaskStatus } from '../../proto/index.js';
import { latestStatus, type TaskRow } from '../state/tasks.js';

/** A task as it was printed, and what of it may have changed since. */
interface Fragment {
  readonly state: mesos.v1.TaskState;
  readonly latest: TaskStatus | undefined;
  readonly text: string;
}

/** Most tasks do not change between two looks at `/state`, and printing them is nearly all the work of it. */
const printed = new WeakMap<TaskRow, Fragment>();

/** A task as `/state` shows it. */
export function taskFragment(row: TaskRow): string {
  const known = printed.get(row);
  const { state } = row.task;
  const latest = latestStatus(row);
  if (known !== undefined && known.state === state && known.latest === latest) return known.text;
  const [role] = row.resources.allocations().keys();
  const text = JSON.stringify(taskDocument(row.task, summarize(row.resources), role ?? '*'));
  printed.set(row, { state, latest, text });
  return text;
}
