import { Command } from 'commander';
import { contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { withExamples } from '../help.js';
import { readAgents } from '../views/agents.js';
import { findTask } from '../views/find-task.js';
import { readFrameworks } from '../views/frameworks.js';
import { plainAgent, plainFramework, plainTask } from '../views/plain.js';

export function taskShowCommand(): Command {
  const command = new Command('show')
    .description('show everything the master knows of a task')
    .argument('<task>', 'task id, or a unique beginning of one')
    .action(async (id: string, _options: object, self: Command) => {
      const context = contextOf(self);
      const { task } = await findTask(await context.master(), id);
      context.document(plainTask(task), task.taskId.value);
    });
  return withExamples(command, [
    ['meseta task show hello.0', 'as YAML'],
    ['meseta task show hello.0 -o json', 'for scripts'],
  ]);
}

export function agentShowCommand(): Command {
  const command = new Command('show')
    .description('show everything the master knows of an agent')
    .argument('<agent>', 'agent id, a unique beginning of one, or its host')
    .action(async (name: string, _options: object, self: Command) => {
      const context = contextOf(self);
      const agents = await readAgents(await context.master());
      const idOf = (agent: (typeof agents)[number]) => agent.agentInfo.id?.value ?? '';
      const agent = pickOne('agent', name, agents, (row) => [idOf(row), row.agentInfo.hostname], idOf);
      context.document(plainAgent(agent), idOf(agent));
    });
  return withExamples(command, [
    ['meseta agent show 127.0.0.11', 'by host'],
    ['meseta agent show 127.0.0.11 -o json', 'for scripts'],
  ]);
}

export function frameworkShowCommand(): Command {
  const command = new Command('show')
    .description('show everything the master knows of a framework')
    .argument('<framework>', 'framework id, a unique beginning of one, or its name')
    .action(async (name: string, _options: object, self: Command) => {
      const context = contextOf(self);
      const frameworks = await readFrameworks(await context.master(), true);
      const idOf = (row: (typeof frameworks)[number]) => row.frameworkInfo.id?.value ?? '';
      const framework = pickOne('framework', name, frameworks, (row) => [idOf(row), row.frameworkInfo.name], idOf);
      context.document(plainFramework(framework), idOf(framework));
    });
  return withExamples(command, [
    ['meseta framework show jobs', 'by name'],
    ['meseta framework show jobs -o json', 'for scripts'],
  ]);
}

/** The row one of whose names is `name`, or whose id begins with it. Fails with 3 or, when several fit, with 2. */
function pickOne<Row>(
  what: string,
  name: string,
  rows: readonly Row[],
  names: (row: Row) => readonly string[],
  id: (row: Row) => string,
): Row {
  const exact = rows.filter((row) => names(row).includes(name));
  const found = exact.length > 0 ? exact : rows.filter((row) => id(row).startsWith(name));
  const [first, second] = found;
  if (first === undefined)
    throw new CommandFailure(
      EXIT.notFound,
      `Cannot find ${what} "${name}": the master knows none of that name`,
      `meseta ${what}s`,
    );
  if (second !== undefined)
    throw new CommandFailure(
      EXIT.usage,
      `Cannot tell which ${what} "${name}" means: ${found.slice(0, 5).map(id).join(', ')}${found.length > 5 ? ', ...' : ''}`,
      'give more of the id',
    );
  return first;
}
