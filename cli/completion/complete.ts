import type { Command, Option } from 'commander';
import { findJobs } from '../cluster/jobs.js';
import type { Context } from '../context.js';
import { OUTPUT_FORMATS } from '../output/printer.js';
import { readAgents } from '../views/agents.js';
import { isLive } from '../views/format.js';
import { readFrameworks } from '../views/frameworks.js';
import { readTasks } from '../views/tasks.js';

/** Longest wait for ids from the cluster, in ms: a shell must not hang. What Node takes to start comes on top. */
const BOUND_MS = 200;

/** Verbs that make sense for live tasks only. */
const OF_LIVE_TASKS: ReadonlySet<string> = new Set(['kill', 'exec']);
/** Verbs that take the id of a job as well. */
const OF_JOBS: ReadonlySet<string> = new Set(['kill', 'logs', 'explain']);

/** What may stand in the place of the last of the `given` words. Never fails: nothing known is nothing offered. */
export async function complete(program: Command, given: readonly string[], context: Context): Promise<string[]> {
  const last = given.at(-1) ?? '';
  const before = given.slice(0, -1);
  const command = commandOf(program, before);
  const option = optionAwaitingValue(command, before.at(-1));
  const candidates = option
    ? await valuesOf(option, context)
    : last.startsWith('-')
      ? optionsOf(command)
      : [...verbsOf(command), ...(await idsFor(command, context))];
  return [...new Set(candidates)].filter((candidate) => candidate.startsWith(last));
}

function commandOf(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) command = command.commands.find((child) => child.name() === word) ?? command;
  return command;
}

function optionAwaitingValue(command: Command, word: string | undefined): Option | undefined {
  const option = command.options.find(({ short, long }) => word !== undefined && (short === word || long === word));
  return option?.required === true ? option : undefined;
}

function optionsOf(command: Command): string[] {
  return [...command.options.map(({ long }) => long ?? ''), '--help'].filter((long) => long !== '');
}

/** Commands that are not hidden. */
function verbsOf(command: Command): string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((child) => child.name());
}

async function valuesOf({ long, argChoices }: Option, context: Context): Promise<string[]> {
  if (long === '--output') return [...OUTPUT_FORMATS];
  if (long === '--framework') return await inTime(frameworkNames(context));
  return argChoices ?? [];
}

async function idsFor(command: Command, context: Context): Promise<string[]> {
  switch (command.registeredArguments[0]?.name()) {
    case 'task':
      return await inTime(taskIds(context, command.name()));
    case 'agent':
      return await inTime(agentHosts(context));
    case 'framework':
      return await inTime(frameworkNames(context));
    default:
      return [];
  }
}

async function taskIds(context: Context, verb: string): Promise<string[]> {
  const master = await context.master();
  const jobs = OF_JOBS.has(verb) ? jobIds(context).catch(() => []) : [];
  const rows = (await readTasks(master)).filter(({ task }) => !OF_LIVE_TASKS.has(verb) || isLive(task));
  return [...rows.map(({ task }) => task.taskId.value), ...(await jobs)];
}

async function jobIds(context: Context): Promise<string[]> {
  const answer = await (await findJobs(context)).jobs();
  return answer.ok ? answer.value.map(({ id }) => id) : [];
}

async function agentHosts(context: Context): Promise<string[]> {
  return (await readAgents(await context.master())).map(({ agentInfo }) => agentInfo.hostname);
}

async function frameworkNames(context: Context): Promise<string[]> {
  return (await readFrameworks(await context.master())).map(({ frameworkInfo }) => frameworkInfo.name);
}

/** What was found, or nothing when the cluster fails or takes too long. */
async function inTime(found: Promise<string[]>): Promise<string[]> {
  const late = new Promise<string[]>((resolve) => {
    setTimeout(() => resolve([]), BOUND_MS).unref();
  });
  return await Promise.race([found.catch(() => []), late]);
}
