import type { AgentId, ContainerId, ExecutorId, FrameworkId, TaskId } from '../../common/ids.js';
import type { ExecutorRow } from './rows.js';

/** Sandbox of an executor's run, laid out as in the original. */
export function executorDirectory(
  workDir: string,
  agent: AgentId,
  framework: FrameworkId,
  executor: ExecutorId,
  container: ContainerId,
): string {
  return `${workDir}/slaves/${agent}/frameworks/${framework}/executors/${executor}/runs/${container}`;
}

/** Sandbox of a task: its own in a task group, otherwise its executor's. */
export function taskDirectory(executor: Pick<ExecutorRow, 'kind' | 'directory'>, task: TaskId): string {
  return executor.kind === 'default' ? `${executor.directory}/tasks/${task}` : executor.directory;
}

/** Longest id that leaves room for what is put around it in a file name. */
const LONGEST_ID = 242;

/** Why an id cannot become part of a path; undefined when it can. The master refuses these too: this is the last gate. */
export function unsafeId(id: string): string | undefined {
  if (id === '' || id === '.' || id === '..') return `'${id}' is reserved`;
  if (id.length > LONGEST_ID) return `it has ${id.length} characters, ${LONGEST_ID} are allowed`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
  return /[/\u0000-\u001f\u007f]/.test(id) ? `'${id}' contains a slash or control character` : undefined;
}
