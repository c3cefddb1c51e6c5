import { containerId, executorId, type FrameworkId, frameworkId, taskId } from '../../common/ids.js';
import { CodedError } from '../../common/runtime/errors.js';
import type { StorePair } from '../../common/store/store.js';
import type { RecoveredContainer } from '../containerizer/containerizer.js';
import type { Core } from '../core.js';
import type { Executors } from '../executor/executors.js';
import type { ExecutorRow, TaskRow } from '../tasks/rows.js';
import { taskDirectory } from '../tasks/sandbox.js';
import { noteStatus } from '../tasks/tables.js';
import { reconfigurationProblem } from './reconfiguration.js';
import { agentRecord, type Checkpoints, readRecords, remove } from './records.js';

type Ready = (error?: Error) => void;

/** Takes up where the last agent of this work directory was, whatever it was killed in the middle of. */
export function recover(core: Core, executors: Executors, ready: Ready): void {
  core.ports.store.read('', (outcome) => {
    if (outcome instanceof Error) {
      ready(new CodedError('STORE_FAILED', `Cannot read the checkpoints: ${outcome.message}`, { cause: outcome }));
    } else if (core.options.recover === 'cleanup') {
      cleanUp(core, outcome, () => {
        core.ports.exit('Every container was ended and every checkpoint removed (--recover=cleanup)');
        ready();
      });
    } else {
      restore(core, executors, outcome, ready);
    }
  });
}

/** Ends whatever runs and removes whatever is stored. */
function cleanUp(core: Core, pairs: readonly StorePair[], then: () => void): void {
  core.ports.containerizer.recover([], () => {
    core.commit(
      true,
      pairs.map(([key]) => remove(key)),
      then,
    );
  });
}

function restore(core: Core, executors: Executors, pairs: readonly StorePair[], ready: Ready): void {
  const found = readRecords(pairs);
  const problem = problemsOf(found);
  if (problem !== undefined && core.options.strict) {
    ready(new CodedError('CORRUPT', problem));
    return;
  }
  if (problem !== undefined) core.log.warn('Going on without the records that cannot be read', { problem });
  const { agent } = found;
  if (!agent) {
    cleanUp(core, pairs, ready); // a new agent
    return;
  }
  const { info, reconfigurationPolicy, bootId } = core.options;
  const rebooted = agent.bootId !== bootId;
  const refusal = reconfigurationProblem(agent.agent, info, reconfigurationPolicy);
  if (refusal !== undefined) {
    if (!rebooted) {
      ready(new CodedError('REFUSED', refusal));
      return;
    }
    core.log.warn('Registering as a new agent: it was reconfigured while its host rebooted', { refusal });
    cleanUp(core, pairs, ready);
    return;
  }
  core.info = { ...info, ...(agent.agent.id && { id: agent.agent.id }) };
  core.log.info('Recovering', {
    agent: core.agentId,
    executors: found.executors.length,
    tasks: found.tasks.length,
    rebooted,
  });
  addRows(core, found);
  core.ports.containerizer.recover(containersOf(core), (containers) => {
    takeUp(core, executors, containers, rebooted);
    core.commit(true, [agentRecord(core.info, bootId)], () => ready());
  });
}

/** Everything that is wrong with the records, in one sentence; undefined when nothing is. */
function problemsOf(found: Checkpoints): string | undefined {
  const frameworks = new Set(found.frameworks.map(({ framework }) => framework.id?.value));
  const executors = new Set(
    found.executors.map(({ frameworkId: id, executor }) => `${id.value}/${executor.executorId.value}`),
  );
  const problems = [
    ...found.problems.map(({ key, problem }) => `record "${key}" cannot be read: ${problem}`),
    ...(found.agent === undefined && found.executors.length > 0 ? ['record "agent" is missing'] : []),
    ...found.executors
      .filter(({ frameworkId: id }) => !frameworks.has(id.value))
      .map(({ frameworkId: id, executor }) => `executor ${executor.executorId.value} has no framework ${id.value}`),
    ...found.tasks
      .filter(({ frameworkId: id, executorId: executor }) => !executors.has(`${id.value}/${executor.value}`))
      .map(({ task, executorId: executor }) => `task ${task.taskId.value} has no executor ${executor.value}`),
  ];
  if (problems.length === 0) return undefined;
  return `Cannot recover from the checkpoints: ${problems.join('; ')}; restore them from a copy, start with --no-strict to go on without what is lost (its containers are ended), or with --recover=cleanup to start afresh`;
}

function addRows(core: Core, found: Checkpoints): void {
  const { tables } = core;
  for (const { framework } of found.frameworks) {
    if (framework.id) tables.framework(frameworkId(framework.id.value), framework);
  }
  for (const record of found.executors) {
    const framework = tables.frameworks.get(frameworkId(record.frameworkId.value));
    if (!framework) continue;
    tables.addExecutor({
      id: executorId(record.executor.executorId.value),
      framework,
      kind: record.rowKind,
      info: record.executor,
      containerId: containerId(record.containerId),
      directory: record.directory,
      token: record.token ?? undefined,
      state: record.rowKind === 'custom' ? 'registering' : 'running',
      phase: 'checkpointing',
    });
  }
  for (const record of found.tasks) addTask(core, record);
  for (const { record } of found.updates) {
    const { status, frameworkId: id } = record.update;
    const row = tables.task(frameworkId(id.value), taskId(status.taskId.value));
    if (!row) continue;
    row.state = status.state;
    row.checkpointedState = status.state;
    noteStatus(row, status);
    row.pid = status.containerStatus?.executorPid ?? row.pid;
  }
  const ownerOf = (id: FrameworkId) => tables.frameworks.get(id) ?? { id, checkpoint: true };
  core.updates.recover(found.updates, ownerOf);
}

function addTask(core: Core, record: Checkpoints['tasks'][number]): void {
  const executor = core.tables.executor(frameworkId(record.frameworkId.value), executorId(record.executorId.value));
  if (!executor) return;
  const id = taskId(record.task.taskId.value);
  const row = core.tables.addTask({
    id,
    executor,
    info: record.task,
    group: record.group ?? undefined,
    containerId: containerId(record.containerId ?? executor.containerId),
    directory: taskDirectory(executor, id),
  });
  row.startedAtWallMs = record.startedAtMs ?? undefined;
  if (record.killAtMs != null) {
    const reason = record.reason;
    row.kill = { atWallMs: record.killAtMs, graceMs: record.killGraceMs ?? 0, ...(reason && { reason }) };
  }
  if (row.group !== undefined) executor.nextGroup = Math.max(executor.nextGroup, row.group + 1);
}

function containersOf(core: Core): string[] {
  const own = (row: ExecutorRow) =>
    row.kind === 'custom' ? [row.containerId] : [...row.tasks.values()].map((task) => task.containerId);
  return [...new Set([...core.tables.executors()].flatMap(own))];
}

function takeUp(
  core: Core,
  executors: Executors,
  containers: ReadonlyMap<string, RecoveredContainer>,
  rebooted: boolean,
): void {
  for (const executor of [...core.tables.executors()]) {
    if (executor.kind === 'custom') {
      executors.custom.recover(executor, containers.get(executor.containerId), rebooted);
      continue;
    }
    const tasks: TaskRow[] = [...executor.tasks.values()];
    for (const task of tasks) executors.builtIn.recover(task, containers.get(task.containerId), rebooted);
    if (executor.kind === 'default') executors.groups.recovered(executor);
    else if (tasks.every(({ phase }) => phase === 'ended')) executors.endCommand(executor);
  }
}
