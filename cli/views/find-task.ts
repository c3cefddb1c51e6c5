import type { MasterCall, MasterResponse, Task } from '../../proto/index.js';
import type { OperatorClient } from '../cluster/operator-client.js';
import type { Sandbox } from '../cluster/sandbox.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { agentAddress, readAgents } from './agents.js';
import { readTasks, type TaskRow } from './tasks.js';

/** The task of that id or unique prefix of an id. Fails with 3 when there is none, with 2 when several fit. */
export function pickTask(rows: readonly TaskRow[], id: string): TaskRow {
  const exact = rows.filter(({ task }) => task.taskId.value === id);
  const found = exact.length > 0 ? exact : rows.filter(({ task }) => task.taskId.value.startsWith(id));
  const first = found[0];
  if (first === undefined)
    throw new CommandFailure(
      EXIT.notFound,
      `Cannot find task "${id}": the master knows no task whose id starts so`,
      'meseta tasks --all',
    );
  // The same id may have been used by several frameworks, or again after it ended: the first is the live or newest one.
  if (new Set(found.map(({ task }) => task.taskId.value)).size > 1)
    throw new CommandFailure(
      EXIT.usage,
      `Cannot tell which task "${id}" means: ${found.length} ids start so: ${listSome(found.map(({ task }) => task.taskId.value))}`,
      'give more of the id',
    );
  return first;
}

function listSome(ids: readonly string[]): string {
  return ids.length <= 5 ? ids.join(', ') : `${ids.slice(0, 5).join(', ')}, ...`;
}

/** Reads the tasks and picks one. */
export async function findTask(master: OperatorClient<MasterCall, MasterResponse>, id: string): Promise<TaskRow> {
  return pickTask(await readTasks(master), id);
}

/** Where the task's files are. Fails with 3 when its agent is no longer registered. */
export async function sandboxOf(master: OperatorClient<MasterCall, MasterResponse>, task: Task): Promise<Sandbox> {
  const agents = await readAgents(master);
  const agent = agents.find(({ agentInfo }) => agentInfo.id?.value === task.agentId.value);
  if (agent === undefined)
    throw new CommandFailure(
      EXIT.notFound,
      `Cannot reach the files of task "${task.taskId.value}": its agent ${task.agentId.value} is not registered now`,
      'meseta agents',
    );
  const container = task.statuses
    ?.map(({ containerStatus }) => containerStatus?.containerId)
    .findLast((id) => id != null);
  const inGroup = container?.parent != null;
  const run = inGroup ? container?.parent?.value : container?.value;
  return {
    agentAddress: agentAddress(agent),
    frameworkId: task.frameworkId.value,
    executorId: task.executorId?.value || task.taskId.value,
    ...(run === undefined ? {} : { containerId: run }),
    ...(inGroup ? { groupTaskId: task.taskId.value } : {}),
  };
}
