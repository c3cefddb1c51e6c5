import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { type Context, contextOf } from '../context.js';
import { withExamples } from '../help.js';
import type { Listing } from '../output/printer.js';
import { AGENT_LISTING, readAgents } from '../views/agents.js';
import { isLive } from '../views/format.js';
import { FRAMEWORK_LISTING, readFrameworks } from '../views/frameworks.js';
import { OFFER_LISTING, readOffers } from '../views/offers.js';
import { readTasks, TASK_LISTING } from '../views/tasks.js';

interface ListOptions {
  readonly all?: boolean;
  readonly watch?: boolean;
}

/** How often a watched list is read again, in ms. */
const WATCH_INTERVAL_MS = 1_000;

export function agentsCommand(name: string): Command {
  return listCommand(name, 'list the registered agents and what they have', AGENT_LISTING, async (context) =>
    readAgents(await context.master()),
  );
}

export function frameworksCommand(name: string): Command {
  const command = listCommand(name, 'list the frameworks', FRAMEWORK_LISTING, async (context, { all }) =>
    readFrameworks(await context.master(), all),
  );
  return command.option('-a, --all', 'also those that have been torn down');
}

export function tasksCommand(name: string): Command {
  const command = listCommand(name, 'list the live tasks', TASK_LISTING, async (context, { all }) => {
    const rows = await readTasks(await context.master());
    return all === true ? rows : rows.filter(({ task }) => isLive(task));
  });
  return command.option('-a, --all', 'also those that have ended');
}

export function offersCommand(name: string): Command {
  return listCommand(
    name,
    'list the offers that frameworks hold and have not answered',
    OFFER_LISTING,
    async (context) => readOffers(await context.masterAddress()),
  );
}

function listCommand<Row>(
  name: string,
  summary: string,
  listing: Listing<Row>,
  read: (context: Context, options: ListOptions) => Promise<Row[]>,
): Command {
  const command = new Command(name)
    .description(summary)
    .option('-w, --watch', 'show the list again whenever it changes, until interrupted')
    .action(async (options: ListOptions, self: Command) => {
      const context = contextOf(self);
      if (options.watch === true) await watch(context, () => read(context, options), listing);
      else context.list(await read(context, options), listing);
    });
  return withExamples(command, [
    [`meseta ${name}`, 'as a table'],
    [`meseta ${name} -o json`, 'every field, for scripts'],
    [`meseta ${name} -q`, 'ids only'],
    [`meseta ${name} --watch`, 'until Ctrl-C'],
  ]);
}

/** Prints the list whenever what it says has changed; on a terminal in place of the one before. */
async function watch<Row>(context: Context, read: () => Promise<Row[]>, listing: Listing<Row>): Promise<never> {
  let before = '';
  for (;;) {
    const rows = await read();
    const now = JSON.stringify(rows.map(listing.data));
    if (now !== before) {
      if (context.terminal.out.isTerminal) context.terminal.out.write('\x1b[H\x1b[2J');
      context.list(rows, listing);
      before = now;
    }
    await sleep(WATCH_INTERVAL_MS);
  }
}
