import { rm } from 'node:fs/promises';
import { Command } from 'commander';
import { asTyped } from '../command-name.js';
import { type Context, contextOf } from '../context.js';
import { type Example, withHelp } from '../help.js';
import { onInterrupt } from '../interrupt.js';
import type { LocalCluster } from '../local/plan.js';
import { restartCluster, startCluster } from '../local/start.js';
import { readState } from '../local/state.js';
import { stopCluster, stopLeftOvers } from '../local/stop.js';
import { wholeNumber } from '../options.js';
import { confirm } from '../output/confirm.js';
import { Progress } from '../output/progress.js';
import { formatTable } from '../output/table.js';
import { runFirstJob } from '../run/first-job.js';

interface UpOptions {
  readonly agents: number;
  readonly port: number;
  readonly agentPort: number;
  readonly jobsPort: number;
  readonly firstJob?: boolean;
  readonly foreground?: boolean;
}

const portNumber = wholeNumber(1, 65_535);

/** `meseta up`. Its state stays in a folder of the user; a second `up` goes on with it. */
export function upCommand(): Command {
  const command = new Command('up')
    .description('start a local cluster: a master, agents that are hosts of their own, and the jobs framework')
    .option('--agents <count>', 'how many agents', wholeNumber(1, 200), 3)
    .option('--port <port>', 'port of the master, on 127.0.0.1', portNumber, 5050)
    .option('--agent-port <port>', 'port of each agent, on 127.0.0.11 and up', portNumber, 5051)
    .option('--jobs-port <port>', 'port of the jobs framework, on 127.0.0.1', portNumber, 5052)
    .option('--first-job', 'run a first job on it')
    .option('--foreground', 'stay, and take the cluster down on Ctrl-C')
    .action(up);
  return withHelp(
    command,
    [
      ['meseta up', 'three agents, in the background'],
      ['meseta up --agents 5 --port 6060', 'more agents, another port'],
      ['meseta up --foreground', 'until Ctrl-C'],
    ],
    ['done', 'failed', 'usage', 'timedOut', 'interrupted'],
  );
}

async function up(options: UpOptions, self: Command): Promise<void> {
  const context = contextOf(self);
  const state = await readState(context.stateDir);
  const running = state.kind === 'running' ? state.cluster : undefined;
  const cluster = running ?? (await (state.kind === 'orphaned' ? heal(context) : start(context, options)));
  describeCluster(context, cluster, running !== undefined);
  if (options.firstJob === true) await runFirstJob(context);
  if (context.forPeople) context.say(whatNext(context));
  if (options.foreground === true && running === undefined) await stayUntilInterrupted(context, cluster);
}

/**
 * The supervisor was killed: what it left behind is stopped and started again, as it was, by a new one. Tasks go on
 * meanwhile.
 */
async function heal(context: Context): Promise<LocalCluster> {
  const stopped = await stopLeftOvers(context.stateDir, 'without');
  context.say(
    `The supervisor of this cluster had died; starting the cluster again as it was${stopped.length > 0 ? `, after stopping ${stopped.join(', ')}` : ''}.`,
  );
  return await showingProgress(context, (tell) => restartCluster(context.stateDir, tell));
}

function start(context: Context, { agents, port, agentPort, jobsPort }: UpOptions): Promise<LocalCluster> {
  const { stateDir } = context;
  return showingProgress(context, (tell) => startCluster({ stateDir, agents, port, agentPort, jobsPort }, tell));
}

async function showingProgress(
  { terminal }: Context,
  work: (tell: (text: string) => void) => Promise<LocalCluster>,
): Promise<LocalCluster> {
  using progress = new Progress(terminal, 'starting a local cluster');
  using _starting = onInterrupt(
    'Stopped waiting; the cluster goes on starting. Look: meseta status   Stop: meseta down',
  );
  return await work((text) => progress.update(text));
}

/** Where things are: to machines as data, to people as a table. */
function describeCluster(context: Context, cluster: LocalCluster, already: boolean): void {
  if (!context.forPeople) {
    context.document(cluster, cluster.master);
    return;
  }
  const { style } = context.terminal;
  context.say(already ? 'The local cluster is running already.' : style.green('The local cluster is up.'));
  const table = formatTable(
    cluster.daemons,
    [
      { title: 'DAEMON', of: ({ name }) => name },
      { title: 'ADDRESS', of: ({ address }) => `http://${address}` },
      { title: 'LOG', of: ({ logFile }) => logFile },
    ],
    style,
  );
  context.terminal.out.write(`${table}\nState folder: ${cluster.stateDir}\n`);
}

const NEXT: readonly Example[] = [
  ["meseta run 'echo hello from $MESETA_HOST'", 'a command on the cluster'],
  ['meseta run --count 3 --one-per-host date', 'one on each host'],
  ['meseta agents', 'what there is'],
  ['meseta tasks --all', 'what ran'],
  ['meseta down', 'stops it all'],
];

function whatNext({ terminal: { style } }: Context): string {
  const lines = NEXT.map(([line, what]) => [asTyped(line), what] as const);
  const widest = Math.max(...lines.map(([line]) => line.length));
  const next = lines.map(([line, what]) => `  ${style.bold(line)}${' '.repeat(widest - line.length)}  ${what}`);
  return ['What next:', ...next].join('\n');
}

async function stayUntilInterrupted(context: Context, cluster: LocalCluster): Promise<void> {
  context.say('Ctrl-C takes the cluster down.');
  const keepAlive = setInterval(() => {}, 1_000_000);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  clearInterval(keepAlive);
  context.say('Stopping ...');
  await stopCluster(cluster.stateDir, cluster.supervisorPid);
}

interface DownOptions {
  readonly wipe?: boolean;
  readonly yes?: boolean;
}

/** `meseta down`. Undoes `up`; without --wipe the next `up` finds everything again. */
export function downCommand(): Command {
  const command = new Command('down')
    .description('stop the local cluster and the tasks on it; what it stored is kept')
    .option('--wipe', 'also delete everything it stored: state, logs, sandboxes')
    .option('--yes', 'do not ask before deleting')
    .action(down);
  return withHelp(
    command,
    [
      ['meseta down', 'stop; the next "up" goes on with the same state'],
      ['meseta down --wipe --yes', 'stop and delete everything'],
    ],
    ['done', 'failed', 'usage', 'timedOut'],
  );
}

async function down({ wipe, yes }: DownOptions, self: Command): Promise<void> {
  const context = contextOf(self);
  const { stateDir } = context;
  if (wipe === true && yes !== true) await confirm(`Delete everything in ${stateDir}?`, 'meseta down --wipe --yes');
  const state = await readState(stateDir);
  {
    using _progress = new Progress(context.terminal, 'stopping the local cluster and its tasks');
    if (state.kind === 'running') await stopCluster(stateDir, state.cluster.supervisorPid);
    else {
      const stopped = await stopLeftOvers(stateDir, 'with-tasks');
      context.say(
        stopped.length === 0
          ? `No local cluster runs from ${stateDir}`
          : `The supervisor had died; stopped what it left: ${stopped.join(', ')}`,
      );
    }
  }
  if (state.kind === 'running') context.say('The local cluster is down.');
  if (wipe !== true) return;
  await rm(stateDir, { recursive: true, force: true });
  context.say(`Deleted ${stateDir}`);
}
