import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { type Context, contextOf } from '../context.js';
import { ASKING, type Example, withHelp } from '../help.js';
import { onInterrupt } from '../interrupt.js';
import { repeatable } from '../options.js';
import type { Listing } from '../output/printer.js';
import { type Selection, select } from '../output/select.js';
import { AGENT_LISTING, readAgents } from '../views/agents.js';
import { isLive } from '../views/format.js';
import { FRAMEWORK_LISTING, readFrameworks } from '../views/frameworks.js';
import { OFFER_LISTING, readOffers } from '../views/offers.js';
import { readTasks, TASK_LISTING, type TaskRow } from '../views/tasks.js';

interface ListOptions extends Selection {
  readonly all?: boolean;
  readonly framework?: string;
  readonly watch?: boolean;
}

/** How often a watched list is read again, in ms. */
const WATCH_INTERVAL_MS = 1_000;

/** The list of agents. `path`: the words that call it, such as `agents` or `agent ls`; so below. */
export function agentsCommand(path: string): Command {
  return listCommand(
    path,
    'list the registered agents and what they have',
    AGENT_LISTING,
    async (context) => readAgents(await context.master()),
    [['--sort=-cpus --columns host,cpus', 'the busiest first, two columns']],
  );
}

/** The list of frameworks; --all adds those that the master keeps as completed. */
export function frameworksCommand(path: string): Command {
  const command = listCommand(path, 'list the frameworks', FRAMEWORK_LISTING, async (context, { all }) =>
    readFrameworks(await context.master(), all),
  );
  return command.option('-a, --all', 'also those that have been torn down');
}

/** The list of tasks of every framework; --all adds those that the master remembers as ended. */
export function tasksCommand(path: string): Command {
  const command = listCommand(path, 'list the live tasks', TASK_LISTING, readWantedTasks, [
    ['--all --filter state=FAILED', 'those that failed'],
  ]);
  return command
    .option('-a, --all', 'also those that have ended')
    .option('-f, --framework <framework>', 'only those of this framework: its name, or the beginning of its id');
}

async function readWantedTasks(context: Context, { all, framework }: ListOptions): Promise<TaskRow[]> {
  const rows = await readTasks(await context.master());
  const isOf = ({ task, framework: name }: TaskRow) =>
    framework === undefined || name === framework || task.frameworkId.value.startsWith(framework);
  return rows.filter((row) => (all === true || isLive(row.task)) && isOf(row));
}

/** The list of outstanding offers, from the state document: the operator API has no call for them. */
export function offersCommand(path: string): Command {
  return listCommand(
    path,
    'list the offers that frameworks hold and have not answered',
    OFFER_LISTING,
    async (context) => readOffers(await context.masterAddress()),
  );
}

/** `path`: the words that call it, such as `tasks` or `task ls`. */
function listCommand<Row>(
  path: string,
  summary: string,
  listing: Listing<Row>,
  read: (context: Context, options: ListOptions) => Promise<Row[]>,
  further: readonly Example[] = [],
): Command {
  const columns = [...listing.columns, ...(listing.wide ?? [])].map(({ title }) => title.toLowerCase());
  const command = new Command(path.split(' ').at(-1))
    .description(summary)
    .option('-w, --watch', 'show the list again whenever it changes, until interrupted')
    .option('--columns <titles>', `only these columns, of: ${columns.join(', ')}`)
    .option('--sort <column>', 'in the order of this column; with "-" before it, downwards')
    .addOption(repeatable('--filter <test>', 'only rows where COLUMN=VALUE, COLUMN!=VALUE or COLUMN~PART (repeatable)'))
    .action(async (options: ListOptions, self: Command) => {
      const context = contextOf(self);
      const wanted = async () => select(await read(context, options), listing, options);
      if (options.watch === true) await watch(context, wanted);
      else {
        const { rows, listing: chosen } = await wanted();
        context.list(rows, chosen);
      }
    });
  const all: Example[] = [
    ['', 'as a table'],
    ['-o json', 'every field, for scripts'],
    ['-q', 'ids only'],
    ['--watch', 'until Ctrl-C'],
    ...further,
  ];
  return withHelp(
    command,
    all.map(([args, what]) => [`meseta ${path} ${args}`.trim(), what]),
    [...ASKING, 'interrupted'],
  );
}

/** Prints the list whenever what it says has changed; on a terminal in place of the one before. */
async function watch<Row>(
  context: Context,
  read: () => Promise<{ readonly rows: Row[]; readonly listing: Listing<Row> }>,
): Promise<never> {
  using _watching = onInterrupt('Stopped watching.');
  let before: string | undefined;
  for (;;) {
    const { rows, listing } = await read();
    const now = JSON.stringify(rows.map(listing.data));
    if (now !== before) {
      if (context.terminal.out.isTerminal) context.terminal.out.write('\x1b[H\x1b[2J');
      context.list(rows, listing);
      before = now;
    }
    await sleep(WATCH_INTERVAL_MS);
  }
}
