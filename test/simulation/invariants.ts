import { countRanges } from '../../common/resources/ranges.js';
import { Resources } from '../../common/resources/resources.js';
import type { StorePair } from '../../common/store/store.js';
import type { Master } from '../../master/master.js';
import { isConnected, tasksOf } from '../../master/state/agents.js';
import { isTerminal } from '../../master/state/task-state.js';
import { isTerminal as isEnd, stateOf } from '../../scheduler-sdk/store/launched-task.js';
import type { Machine } from './machine.js';
import type { Witness } from './witness.js';
import type { World } from './world.js';

/** A process that is idle has this many timers at most: pings, heartbeats, retries, rounds of reconciliation. */
const IDLE_TIMERS = 25;

/** What must hold at every moment. Returns what does not. */
export function checkNow(world: World): string | undefined {
  const { master } = world;
  if (master && world.masterDaemon.isUp) {
    const problem = checkLedger(master);
    if (problem !== undefined) return problem;
  }
  for (const machine of world.machines) {
    const problem = checkMachine(machine, world.workload.tasks);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** What the allocator takes to be held is what the tables say is offered and used, and no more than there is. */
function checkLedger(master: Master): string | undefined {
  for (const agent of master.agents.registered.values()) {
    const view = master.allocator.agent(agent.id);
    if (!view) return `agent ${agent.id} is registered, but the allocator does not know it`;
    const expected = Resources.sum([
      ...[...agent.offers].map(({ resources }) => resources),
      ...[...tasksOf(agent)].filter(({ holdsResources }) => holdsResources).map(({ resources }) => resources),
      ...[...agent.executors.values()].flatMap((executors) =>
        [...executors.values()].map(({ resources }) => resources),
      ),
    ]);
    const held = Resources.sum(view.held.values());
    if (!held.equals(expected)) {
      return `agent ${agent.id}: the allocator holds ${held}, offers, tasks and executors hold ${expected}`;
    }
    if (!view.total.contains(held.unallocated())) return `agent ${agent.id} has ${view.total}, but ${held} is held`;
  }
  for (const offer of master.offers.values()) {
    if (!master.agents.registered.get(offer.agentId)?.offers.has(offer)) return `offer ${offer.id} is of no agent`;
  }
  return undefined;
}

/** The processes of a machine use no more than it has, and no port twice. */
export function checkMachine(machine: Machine, tasks: ReadonlyMap<string, Witness>): string | undefined {
  const running = runningOn(machine).flatMap((id) => tasks.get(id)?.resources ?? []);
  const used = Resources.sum(running);
  const ports = running.reduce((sum, each) => sum + countRanges(each.ports()), 0);
  if (ports !== countRanges(used.ports())) return `a port of ${machine.name} is used twice`;
  return machine.total.contains(used) ? undefined : `${machine.name} has ${machine.total}, its processes use ${used}`;
}

/** Ids of the tasks whose processes live. */
export function runningOn({ host }: Machine): string[] {
  return host.running.map((id) => host.specOf(id)?.environment['MESOS_TASK_ID'] ?? '');
}

/**
 * Once nothing goes wrong any more: everyone agrees on which tasks live. Returns what has not settled yet; a run in
 * which that stays so has failed.
 */
export function unsettled(world: World): string | undefined {
  const { master, machines, workload } = world;
  const { client } = workload;
  const daemons = [world.masterDaemon, workload.daemon, ...machines.map(({ daemon }) => daemon)];
  const down = daemons.find(({ isUp }) => !isUp);
  if (down) return `${down.host} is down`;
  if (!master || client?.state !== 'subscribed') return 'the scheduler is not subscribed';
  const living: string[] = [];
  for (const machine of machines) {
    const { agent, name } = machine;
    const row = agent?.id === undefined ? undefined : master.agents.registered.get(agent.id);
    if (agent?.standing !== 'registered' || !row || !isConnected(row)) return `${name} is not registered`;
    const running = runningOn(machine).sort().join(' ');
    const known = [...tasksOf(row)].filter(({ task }) => !isTerminal(task.state)).map(({ id }) => String(id));
    if (known.sort().join(' ') !== running) {
      return `on ${name} run [${running}], the master believes [${known.join(' ')}]`;
    }
    living.push(...known);
  }
  if (master.agents.registered.size !== machines.length) return 'the master counts an agent that is no more';
  const agents = new Set(machines.map(({ agent }) => agent?.id as string | undefined));
  const unfinished = [...client.tasks.values()]
    .filter((task) => !isEnd(stateOf(task)) && !workload.tasks.get(task.taskId)?.isOutOfSight(agents))
    .map(({ taskId }) => taskId);
  const believed = unfinished.sort().join(' ');
  return believed === living.sort().join(' ')
    ? undefined
    : `[${living.join(' ')}] live, the framework believes [${believed}]`;
}

/** Once every task has ended and every end has been acknowledged: nothing is left of any. */
export function leftovers(world: World): string | undefined {
  const { master, machines, workload } = world;
  for (const framework of master?.frameworks.live.values() ?? []) {
    if (framework.tasks.size > 0) return `the master keeps tasks ${[...framework.tasks.keys()].join(' ')}`;
    if (framework.unreachableTasks.size > 0) return 'the master keeps unreachable tasks';
  }
  for (const agent of master?.agents.registered.values() ?? []) {
    if (agent.executors.size > 0) return `the master keeps executors of agent ${agent.id}`;
  }
  for (const { name, agent } of machines) {
    if (agent && agent.frameworks.size > 0) return `the agent of ${name} keeps a framework`;
  }
  for (const { id, machine, containerId } of workload.tasks.values()) {
    if (containerId !== undefined && machine?.host.specOf(containerId)) return `${machine.name} remembers task ${id}`;
  }
  for (const { host, life } of [world.masterDaemon, workload.daemon, ...machines.map(({ daemon }) => daemon)]) {
    if (life && life.timers > IDLE_TIMERS) return `${host} keeps ${life.timers} timers`;
  }
  return undefined;
}

/** What may be left on an agent's disk when no task is: who it is. */
export function strayRecords(pairs: readonly StorePair[]): string[] {
  return pairs.map(([key]) => key).filter((key) => key !== 'agent');
}

/** How each task ended, against what its process did and what its framework was told. */
export function verdicts(world: World): string[] {
  const { tasks, client } = world.workload;
  const problems: string[] = [];
  const agents = new Set(world.machines.map(({ agent }) => agent?.id as string | undefined));
  const all = [...tasks.values()];
  for (const task of all) {
    // Never written down, so never sent: the scheduler died first.
    if (task.starts === 0 && !client?.tasks.has(task.id) && task.told === undefined) continue;
    if (task.isOutOfSight(agents)) continue;
    const mates = all.filter(({ group }) => group !== undefined && group === task.group);
    const problem = task.verdict(mates.filter((mate) => mate !== task));
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}
