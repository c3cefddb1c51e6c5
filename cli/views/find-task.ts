import type { ContainerID, MasterCall, MasterResponse, Task } from '../../proto/index.js';
import type { OperatorClient } from '../cluster/operator-client.js';
import type { Sandbox } from '../cluster/sandbox.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { agentAddress, readAgents } from './agents.js';
import { pick } from './pick.js';
import { readTasks, type TaskRow } from './tasks.js';

/**
 * The task of that id or unique prefix of an id. The same id may have been used by several frameworks, or again after
 * it ended: the live or newest one counts. Fails with 3 when there is none, with 2 when several fit.
 */
export function pickTask(rows: readonly TaskRow[], id: string): TaskRow {
  return pick(rows, id, { what: 'task', id: ({ task }) => task.taskId.value, listedBy: 'meseta tasks --all' });
}

/** Reads the tasks and picks one. */
export async function findTask(master: OperatorClient<MasterCall, MasterResponse>, id: string): Promise<TaskRow> {
  return pickTask(await readTasks(master), id);
}

/** The container that the task runs in, as its latest status that says so has it; undefined before it runs. */
export function containerOf(task: Task): ContainerID | undefined {
  const ids = task.statuses?.map(({ containerStatus }) => containerStatus?.containerId);
  return ids?.findLast((id) => id != null) ?? undefined;
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
  const container = containerOf(task);
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
