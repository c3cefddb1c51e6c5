import {
  type ContainerId,
  containerId,
  type ExecutorId,
  type FrameworkId,
  frameworkId,
  taskId,
} from '../../common/ids.js';
import { type ExecutorInfo, type FrameworkInfo, type meseta, mesos, type TaskInfo } from '../../proto/index.js';
import { executorRecord, frameworkRecord, taskRecord } from '../checkpoint/records.js';
import type { Core } from '../core.js';
import type { Executors } from '../executor/executors.js';
import { lost } from '../executor/launch-refusal.js';
import type { ExecutorKind, ExecutorRow, FrameworkRow, TaskRow } from './rows.js';
import { executorDirectory, taskDirectory, unsafeId } from './sandbox.js';
import { executorIdOf } from './tables.js';

const { TASK_ERROR } = mesos.v1.TaskState;
const { REASON_TASK_INVALID, REASON_EXECUTOR_TERMINATED } = mesos.v1.TaskStatus.Reason;

/** The master has told this agent to run a task. */
export function runTask(
  core: Core,
  executors: Executors,
  { framework, task, executor }: meseta.v1.RunTask.$Properties,
): void {
  const info = executor ?? task.executor ?? undefined;
  admit(core, executors, framework, info, [task], false);
}

/** The master has told this agent to run a task group: all of it or nothing. */
export function runTaskGroup(core: Core, executors: Executors, message: meseta.v1.RunTaskGroup.$Properties): void {
  admit(core, executors, message.framework, message.executor, message.taskGroup.tasks ?? [], true);
}

/** Makes the rows, writes them down, and only then starts anything. */
function admit(
  core: Core,
  executors: Executors,
  info: FrameworkInfo,
  executorInfo: ExecutorInfo | undefined,
  tasks: readonly TaskInfo[],
  inGroup: boolean,
): void {
  const first = tasks[0];
  if (!first || info.id == null) {
    core.log.warn('Ignoring a launch without a task or framework id');
    return;
  }
  const id = frameworkId(info.id.value);
  const runnerId = executorInfo ? (executorInfo.executorId.value as ExecutorId) : executorIdOf(first);
  const known = tasks.find((task) => core.tables.task(id, taskId(task.taskId.value)));
  if (known) {
    core.log.warn('Ignoring the launch of a task that is here already', { framework: id, task: known.taskId.value });
    return;
  }
  if (core.tables.frameworks.get(id)?.terminating) {
    core.log.warn('Ignoring a launch for a framework that is being shut down', { framework: id });
    return;
  }
  const unsafe = [id, runnerId, ...tasks.map((task) => task.taskId.value)]
    .map(unsafeId)
    .find((why) => why !== undefined);
  if (unsafe !== undefined) {
    refuse(core, id, runnerId, tasks, `Cannot use an id as part of a path: ${unsafe}`);
    return;
  }

  const framework = core.tables.framework(id, info);
  framework.info = info;
  const present = framework.executors.get(runnerId);
  if (present && isEnding(present)) {
    drop(core, framework, present, tasks);
    return;
  }
  // A built-in executor that only waits for acknowledgements has no process to be gone: it goes on.
  if (present) present.state = present.state === 'terminated' ? 'running' : present.state;
  const executor = present ?? addExecutor(core, framework, first, executorInfo, runnerId);
  const group = inGroup ? executor.nextGroup++ : undefined;
  const rows = tasks.map((task) => addTask(core, executor, task, group));
  const fresh = executor === present ? [] : [frameworkRecord(framework), executorRecord(executor)];
  core.log.info('Launching', { framework: id, executor: runnerId, tasks: rows.map((row) => row.id) });
  core.commit(framework.checkpoint, [...fresh, ...rows.map(taskRecord)], () => executors.launch(executor, rows));
}

function addExecutor(
  core: Core,
  framework: FrameworkRow,
  task: TaskInfo,
  info: ExecutorInfo | undefined,
  id: ExecutorId,
): ExecutorRow {
  const kind = kindOf(info);
  const container = newContainerId(core);
  return core.tables.addExecutor({
    id,
    framework,
    kind,
    info: info ? { ...info, frameworkId: { value: framework.id } } : commandExecutorInfo(framework.id, task),
    containerId: container,
    directory: executorDirectory(core.options.workDir, core.agentId, framework.id, id, container),
    token: kind === 'custom' && core.options.authenticateExecutors ? core.ports.random.uuid() : undefined,
    state: kind === 'custom' ? 'registering' : 'running',
    phase: 'checkpointing',
  });
}

function addTask(core: Core, executor: ExecutorRow, info: TaskInfo, group: number | undefined): TaskRow {
  const id = taskId(info.taskId.value);
  return core.tables.addTask({
    id,
    executor,
    info,
    group,
    containerId: executor.kind === 'default' ? newContainerId(core) : executor.containerId,
    directory: taskDirectory(executor, id),
  });
}

function kindOf(info: ExecutorInfo | undefined): ExecutorKind {
  if (!info) return 'command';
  return info.type === mesos.v1.ExecutorInfo.Type.DEFAULT ? 'default' : 'custom';
}

const newContainerId = (core: Core): ContainerId => containerId(core.ports.random.uuid());

/** What is shown as the executor of a command task; its name as in the original. */
function commandExecutorInfo(framework: FrameworkId, task: TaskInfo): ExecutorInfo {
  const { value, shell, arguments: args } = task.command ?? {};
  return {
    executorId: { value: task.taskId.value },
    frameworkId: { value: framework },
    command: { ...(value != null && { value }), shell: shell ?? true, ...(args && { arguments: args }) },
    name: `Command Executor (Task: ${task.taskId.value}) (Command: ${shortCommand(value ?? '', shell ?? true)})`,
    source: task.taskId.value,
    ...(task.labels && { labels: task.labels }),
    ...(task.discovery && { discovery: task.discovery }),
  };
}

/** Longest command that is shown whole. */
const LONGEST_SHOWN = 15;

function shortCommand(value: string, shell: boolean): string {
  if (!shell) return `[${value}, ...]`;
  return `sh -c '${value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN - 3)}...` : value}'`;
}

/** Whether nothing may be added to an executor any more. */
function isEnding({ kind, state }: ExecutorRow): boolean {
  return state === 'terminating' || (state === 'terminated' && kind !== 'default');
}

function drop(core: Core, framework: FrameworkRow, executor: ExecutorRow, tasks: readonly TaskInfo[]): void {
  const { state, fields } = lost(framework.info, `Executor ${executor.state}`, REASON_EXECUTOR_TERMINATED);
  for (const { taskId: id } of tasks) {
    core.updates.append(framework, [core.looseStatus(id.value, executor.id, state, fields)], [], () => {});
  }
}

function refuse(
  core: Core,
  framework: FrameworkId,
  executor: string,
  tasks: readonly TaskInfo[],
  message: string,
): void {
  for (const { taskId: id } of tasks) {
    const status = core.looseStatus(id.value, executor, TASK_ERROR, { message, reason: REASON_TASK_INVALID });
    core.updates.append({ id: framework, checkpoint: false }, [status], [], () => {}); // its key must not reach the store
  }
}
