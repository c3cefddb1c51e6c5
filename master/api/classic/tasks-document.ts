import { type Json, listOf } from '../../../common/net/http/json-pieces.js';
import type { Master } from '../../master.js';
import type { TaskRow } from '../../state/tasks.js';
import { taskFragment } from '../task-fragment.js';

/** How many tasks `/tasks` gives when not told. */
const DEFAULT_LIMIT = 100;

/**
 * The whole of `/tasks`: tasks of every standing, by the instant of their first status, newest first unless `order=asc`;
 * `limit` (100; -1: all) of them after the first `offset`; only those of `task_id` and `framework_id` when given. As in
 * the original a limit or offset that is no number counts as not given.
 */
export function tasksDocument({ frameworks }: Master, query: URLSearchParams): Json {
  const [taskId, frameworkId] = [query.get('task_id'), query.get('framework_id')];
  const chosen = [...allTasks(frameworks, frameworkId)].filter(({ id }) => taskId === null || id === taskId);
  const sign = query.get('order') === 'asc' ? 1 : -1;
  chosen.sort((left, right) => sign * (startOf(left) - startOf(right)));
  const offset = Math.max(0, integerOf(query, 'offset') ?? 0);
  const limit = integerOf(query, 'limit') ?? DEFAULT_LIMIT;
  const shown = chosen.slice(offset, limit < 0 ? undefined : offset + limit);
  return ['{"tasks":', listOf(shown.map(taskFragment)), '}'];
}

function* allTasks({ live, completed }: Master['frameworks'], frameworkId: string | null): Generator<TaskRow> {
  const wanted = ({ id }: { readonly id: string }) => frameworkId === null || id === frameworkId;
  for (const { tasks, unreachableTasks, completedTasks } of [...live.values()].filter(wanted)) {
    yield* tasks.values();
    yield* unreachableTasks.values();
    yield* completedTasks;
  }
  for (const { completedTasks } of [...completed.values()].filter(wanted)) yield* completedTasks;
}

/** Seconds since the epoch; 0 for a task of which nothing was heard yet. */
const startOf = ({ task }: TaskRow): number => task.statuses?.[0]?.timestamp ?? 0;

function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : undefined;
}
