import { Command, InvalidArgumentError } from 'commander';
import { createLogger, createScheduler, messageOf } from '../../scheduler-sdk/index.js';
import { type HelloResult, hello } from './hello.js';

interface HelloFlags {
  readonly master: string;
  readonly tasks: number;
  readonly storage?: string;
  readonly verbose?: boolean;
}

/** Runs to the end, then tears the framework down; the exit code says whether every task finished well. */
async function main({ master, tasks, storage, verbose }: HelloFlags): Promise<number> {
  const { promise: result, resolve } = Promise.withResolvers<HelloResult>();
  const log = createLogger('hello', verbose ? 'info' : 'warn');
  // The example tells what it has launched from what the SDK remembers: so that must hold every task.
  const setup = { name: 'hello', master, storage, log, endedTasksKept: tasks };
  await using scheduler = await createScheduler(setup, (client) => hello(client, tasks, resolve));
  const { finished, wanted } = await Promise.race([result, scheduler.ended.then(() => result)]);
  console.log(`${finished} of ${wanted} tasks finished`);
  await scheduler.stop({ teardown: true });
  return finished === wanted ? 0 : 1;
}

function positive(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError(`Give a number from 1, not "${text}".`);
  return count;
}

const command = new Command('hello')
  .description('run tasks that say hello, then finish: the example of the scheduler SDK')
  .requiredOption('--master <host:port>', 'the master, or several with commas between', process.env['MESETA_MASTER'])
  .option('--tasks <count>', 'how many tasks to run', positive, 3)
  .option('--storage <file>', 'remember the framework in this file, to go on after a restart')
  .option('--verbose', 'log each change of state')
  .parse();

try {
  process.exitCode = await main(command.opts<HelloFlags>());
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
