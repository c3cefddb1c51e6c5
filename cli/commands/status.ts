import { Command } from 'commander';
import { ask } from '../cluster/http.js';
import { type Context, contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { ASKING, withHelp } from '../help.js';
import { readState } from '../local/state.js';
import type { Listing } from '../output/printer.js';
import { readAgents } from '../views/agents.js';
import { isLive, scalarOf, share, stateName } from '../views/format.js';
import { readFrameworks } from '../views/frameworks.js';
import { readTasks } from '../views/tasks.js';

interface DaemonRow {
  readonly name: string;
  readonly address: string;
  readonly healthy: boolean;
  readonly logFile: string;
}

const DAEMON_LISTING: Listing<DaemonRow> = {
  name: ({ name }) => name,
  data: (row) => row,
  empty: '',
  columns: [
    { title: 'DAEMON', of: ({ name }) => name },
    { title: 'ADDRESS', of: ({ address }) => address },
    {
      title: 'HEALTH',
      of: ({ healthy }) => (healthy ? 'healthy' : 'not healthy'),
      paint: (cell, { healthy }, style) => (healthy ? style.green(cell) : style.red(cell)),
    },
    { title: 'LOG', of: ({ logFile }) => logFile },
  ],
};

/** `meseta status`. Fails when something is not healthy, so that scripts can go by the exit code. */
export function statusCommand(): Command {
  const command = new Command('status').description('show whether the cluster works and how full it is').action(status);
  return withHelp(
    command,
    [
      ['meseta status', 'the cluster at a glance'],
      ['meseta status -o json', 'for scripts'],
    ],
    ASKING,
  );
}

async function status(_options: object, self: Command): Promise<void> {
  const context = contextOf(self);
  const { address, origin } = await context.masterAddress();
  const local = await readState(context.stateDir);
  const isLocal = local.kind !== 'none' && local.cluster.master === address;
  const daemons = isLocal ? await Promise.all(local.cluster.daemons.map(checkDaemon)) : [];
  if (context.forPeople && daemons.length > 0) context.list(daemons, DAEMON_LISTING);
  const summary = await summarize(context, `${address} (from ${origin})`);
  context.document(context.forPeople ? summary : { ...summary, daemons }, address);
  const sick = daemons.filter(({ healthy }) => !healthy).map(({ name }) => name);
  if (sick.length > 0)
    throw new CommandFailure(EXIT.failed, `Not healthy: ${sick.join(', ')}`, 'look into the logs named above');
  if (isLocal && local.kind === 'orphaned')
    throw new CommandFailure(
      EXIT.failed,
      'The supervisor of this cluster has died: its daemons run, but nobody would restart them',
      'meseta up (takes them over, tasks go on), or meseta down',
    );
}

async function checkDaemon(daemon: { name: string; address: string; logFile: string }): Promise<DaemonRow> {
  const question = {
    address: daemon.address,
    origin: 'the local cluster',
    whom: daemon.name,
    method: 'GET' as const,
    path: '/health',
    timeoutMs: 3_000,
  };
  const healthy = await ask(question).then(
    ({ status }) => status === 200,
    () => false,
  );
  return { ...daemon, healthy };
}

async function summarize(context: Context, where: string) {
  const master = await context.master();
  const [agents, frameworks, tasks] = await Promise.all([
    readAgents(master),
    readFrameworks(master),
    readTasks(master),
  ]);
  const sum = (name: string, used: boolean) =>
    agents.reduce((total, agent) => total + scalarOf(used ? agent.allocatedResources : agent.totalResources, name), 0);
  const live = tasks.filter(({ task }) => isLive(task));
  return {
    master: where,
    agents: { active: agents.filter(({ active }) => active === true).length, registered: agents.length },
    frameworks: frameworks.map(
      ({ frameworkInfo, connected }) => `${frameworkInfo.name}${connected === true ? '' : ' (disconnected)'}`,
    ),
    tasks: Object.fromEntries(countBy(live.map(({ task }) => stateName(task.state)))),
    used: {
      cpus: share(sum('cpus', true), sum('cpus', false)),
      mem: share(sum('mem', true), sum('mem', false)),
      disk: share(sum('disk', true), sum('disk', false)),
    },
  };
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
