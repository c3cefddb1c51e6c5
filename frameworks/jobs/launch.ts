import type { CommandInfo, TaskInfo } from '../../proto/index.js';
import {
  buildTask,
  type Launch,
  type Needs,
  parseConstraint,
  programCommand,
  type Requirement,
  shellCommand,
} from '../../scheduler-sdk/index.js';
import type { Submission } from './cli/api.js';
import type { Job } from './job.js';

/** What each instance of a job asks of an agent. Throws `BAD_INPUT` for a constraint that makes no sense. */
export function needsOf({ cpus, mem, disk, ports, constraints }: Submission): Needs {
  return {
    cpus,
    mem,
    ...(disk > 0 ? { disk } : {}),
    ...(ports > 0 ? { ports: Array.from({ length: ports }, () => 'any' as const) } : {}),
    constraints: constraints.map(({ field, operator, value }) =>
      parseConstraint([field, operator, ...(value === undefined ? [] : [value])].join(':')),
    ),
  };
}

/** A task that wants a place. Tasks of one job are peers and share `needs`, so `match` is fast. */
export function requirementOf(job: Job, taskId: string, needs: Needs): Requirement {
  return { id: taskId, needs, group: job.id };
}

/** The task of a launch: the job's command, with what the placement decided in its environment. */
export function taskOf(job: Job, launch: Launch): TaskInfo {
  const { submission } = job;
  return buildTask(launch, {
    name: submission.name,
    command: commandOf(submission, environmentOf(job, launch)),
    labels: { labels: [{ key: 'job', value: job.id }] },
    ...(submission.maxSeconds === undefined ? {} : { maxCompletionTime: { nanoseconds: submission.maxSeconds * 1e9 } }),
    ...(submission.killGraceSeconds === undefined
      ? {}
      : { killPolicy: { gracePeriod: { nanoseconds: submission.killGraceSeconds * 1e9 } } }),
  });
}

function commandOf(submission: Submission, environment: Readonly<Record<string, string>>): CommandInfo {
  const { command, uris, user } = submission;
  const [program = '', ...rest] = 'argv' in command ? command.argv : [];
  const base =
    'shell' in command ? shellCommand(command.shell, environment) : programCommand([program, ...rest], environment);
  return {
    ...base,
    uris: uris.map(({ value, executable, extract, cache, outputFile }) => ({
      value,
      executable,
      extract,
      cache,
      outputFile: outputFile ?? null,
    })),
    ...(user === undefined ? {} : { user }),
  };
}

function environmentOf(job: Job, { requirement, place, ports }: Launch): Record<string, string> {
  return {
    MESETA_HOST: place.hostname,
    MESETA_JOB: job.id,
    MESETA_TASK: requirement.id,
    ...(ports.length > 0 ? { PORTS: ports.join(',') } : {}),
    ...Object.fromEntries(ports.map((port, at) => [`PORT${at}`, String(port)])),
    ...job.submission.env,
  };
}
