import { validateResources } from '../../common/resources/validate.js';
import type { FrameworkInfo, meseta, Task } from '../../proto/index.js';
import { validateId } from './id.js';
import { FINE, inPart, type Reasons, reasonIf } from './reasons.js';

type ReregisterAgent = meseta.v1.ReregisterAgent.$Properties;
type RunningExecutor = meseta.v1.RunningExecutor.$Properties;

/**
 * What an agent that returns reports to run there: every id is sound, once there and known from its list of frameworks,
 * and every resource can be read. A report that is wrong anywhere is not believed at all: tasks would run that nobody
 * accounts for.
 */
export function validateReport({ agent, frameworks, executors, tasks }: ReregisterAgent): Reasons {
  const known = new Set((frameworks ?? []).map(({ id }) => id?.value));
  return [
    ...validateEach(frameworks, validateFramework, ({ id }) => `Framework ${id?.value}`),
    ...validateEach(executors, (one) => validateExecutor(one, known), nameOfExecutor),
    ...validateEach(tasks, (one) => validateTask(one, agent.id?.value ?? '', known), nameOfTask),
  ];
}

function nameOfExecutor({ frameworkId, executor }: RunningExecutor): string {
  return `Executor ${executor.executorId.value} of framework ${frameworkId.value}`;
}

function nameOfTask({ frameworkId, taskId }: Task): string {
  return `Task ${taskId.value} of framework ${frameworkId.value}`;
}

function validateEach<Part>(
  parts: readonly Part[] | null | undefined,
  validate: (part: Part) => Reasons,
  nameOf: (part: Part) => string,
): Reasons {
  const seen = new Set<string>();
  return (parts ?? []).flatMap((part) => {
    const name = nameOf(part);
    const twice = seen.has(name) ? ['it is reported twice'] : FINE;
    seen.add(name);
    return inPart(name, [...twice, ...validate(part)]);
  });
}

function validateFramework({ id }: FrameworkInfo): Reasons {
  return validateId(id?.value ?? '');
}

function validateExecutor({ frameworkId, executor }: RunningExecutor, known: ReadonlySet<unknown>): Reasons {
  return [
    ...validateId(executor.executorId.value),
    ...validateOwner(frameworkId.value, known),
    ...validateAllocated(executor.resources),
  ];
}

function validateTask(task: Task, agent: string, known: ReadonlySet<unknown>): Reasons {
  const at = task.agentId.value;
  return [
    ...validateId(task.taskId.value),
    ...reasonIf(at !== agent, `it is said to run on agent ${at}, not on ${agent}, which reports it`),
    ...validateOwner(task.frameworkId.value, known),
    ...(task.executorId ? validateId(task.executorId.value) : FINE),
    ...validateAllocated(task.resources),
  ];
}

function validateOwner(framework: string, known: ReadonlySet<unknown>): Reasons {
  return reasonIf(!known.has(framework), 'its framework is not among those that the agent reports');
}

function validateAllocated(resources: Task['resources']): Reasons {
  const unreadable = validateResources(resources);
  if (unreadable.length > 0) return unreadable;
  const loose = (resources ?? []).some(({ allocationInfo }) => !allocationInfo?.role);
  return reasonIf(loose, 'The resources are not allocated to a role');
}
