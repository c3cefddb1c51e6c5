import { Command } from 'commander';
import { type Context, contextOf } from '../context.js';
import { ASKING, withHelp } from '../help.js';
import { readAgents } from '../views/agents.js';
import { findTask } from '../views/find-task.js';
import { readFrameworks } from '../views/frameworks.js';
import { pick } from '../views/pick.js';
import { plainAgent, plainFramework, plainTask } from '../views/plain.js';

/** `meseta task show`: YAML, or the format of --output. Fails with `notFound`, naming ids that come near. */
export function taskShowCommand(): Command {
  return showCommand('task', 'task id, or a unique beginning of one', 'hello.0', async (context, id) => {
    const { task } = await findTask(await context.master(), id);
    context.document(plainTask(task), task.taskId.value);
  });
}

/** `meseta agent show`, by id or host; fails with `notFound` like `taskShowCommand`. */
export function agentShowCommand(): Command {
  const about = 'agent id, a unique beginning of one, or its host';
  return showCommand('agent', about, '127.0.0.11', async (context, name) => {
    const agents = await readAgents(await context.master());
    const agent = pick(agents, name, {
      what: 'agent',
      id: ({ agentInfo }) => agentInfo.id?.value ?? '',
      alias: ({ agentInfo }) => agentInfo.hostname,
      listedBy: 'meseta agents',
    });
    context.document(plainAgent(agent), agent.agentInfo.id?.value ?? '');
  });
}

/** `meseta framework show`, by id or name, torn down ones too; fails with `notFound` like `taskShowCommand`. */
export function frameworkShowCommand(): Command {
  const about = 'framework id, a unique beginning of one, or its name';
  return showCommand('framework', about, 'jobs', async (context, name) => {
    const frameworks = await readFrameworks(await context.master(), true);
    const framework = pick(frameworks, name, {
      what: 'framework',
      id: ({ frameworkInfo }) => frameworkInfo.id?.value ?? '',
      alias: ({ frameworkInfo }) => frameworkInfo.name,
      listedBy: 'meseta frameworks --all',
    });
    context.document(plainFramework(framework), framework.frameworkInfo.id?.value ?? '');
  });
}

function showCommand(
  noun: string,
  about: string,
  example: string,
  show: (context: Context, id: string) => Promise<void>,
): Command {
  const command = new Command('show')
    .description(`show everything the master knows of ${noun === 'agent' ? 'an' : 'a'} ${noun}`)
    .argument(`<${noun}>`, about)
    .action((id: string, _options: object, self: Command) => show(contextOf(self), id));
  return withHelp(
    command,
    [
      [`meseta ${noun} show ${example}`, 'as YAML'],
      [`meseta ${noun} show ${example} -o json`, 'for scripts'],
    ],
    [...ASKING, 'notFound'],
  );
}
