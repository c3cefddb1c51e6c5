import { describe, expect, it } from 'vitest';
import type { AgentId, FrameworkId, TaskId } from '../../common/ids.js';
import { parseResources } from '../../common/resources/parse.js';
import { mesos } from '../../proto/index.js';
import type { TaskRow } from '../state/tasks.js';
import { taskFragment } from './task-fragment.js';

const { TASK_STARTING, TASK_RUNNING } = mesos.v1.TaskState;

function createRow(): TaskRow {
  const [id, frameworkId, agentId] = ['t' as TaskId, 'f' as FrameworkId, 'a' as AgentId];
  const ids = { taskId: { value: id }, frameworkId: { value: frameworkId }, agentId: { value: agentId } };
  const task = { name: 't', ...ids, state: TASK_STARTING, statuses: [], resources: [] };
  const rest = { executorId: undefined, streamState: undefined, holdsResources: true, kill: undefined };
  return { id, frameworkId, agentId, task, resources: parseResources('cpus:1'), ...rest };
}

const shown = (row: TaskRow) => JSON.parse(taskFragment(row)) as { state: string; statuses: { healthy?: boolean }[] };

describe('taskFragment()', () => {
  it('prints a task once for as long as nothing changes', () => {
    const row = createRow();
    expect(taskFragment(row)).toBe(taskFragment(row));
    expect(shown(row)).toMatchObject({ id: 't', slave_id: 'a', state: 'TASK_STARTING', resources: { cpus: 1 } });
  });

  it('shows a new state, and a new status of the same state, at once', () => {
    const row = createRow();
    taskFragment(row);
    row.task.state = TASK_RUNNING;
    expect(shown(row).state).toBe('TASK_RUNNING');
    row.task.statuses = [{ taskId: { value: 't' }, state: TASK_RUNNING, healthy: false }];
    expect(shown(row).statuses).toMatchObject([{ healthy: false }]);
    row.task.statuses[0] = { taskId: { value: 't' }, state: TASK_RUNNING, healthy: true };
    expect(shown(row).statuses).toMatchObject([{ healthy: true }]);
  });
});
