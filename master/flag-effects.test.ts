import { describe, expect, it, vi } from 'vitest';
import { agentId, frameworkId } from '../common/ids.js';
import { textOf } from '../common/net/http/json-pieces.js';
import { silentLogger } from '../common/runtime/logger.js';
import { seededRandom } from '../common/runtime/random.js';
import { Verbosity } from '../common/runtime/verbosity.js';
import { VirtualClock } from '../common/runtime/virtual-clock.js';
import { FailingStore } from '../common/store/failing-store.js';
import { MemoryStore } from '../common/store/memory-store.js';
import type { Store } from '../common/store/store.js';
import { mesos } from '../proto/index.js';
import { MasterRig } from '../test/support/master-rig.js';
import { commandTask, frameworkInfo, type ScriptedScheduler } from '../test/support/scripted-scheduler.js';
import { HierarchicalAllocator } from './allocator/hierarchical.js';
import { stateDocument } from './api/state-document.js';
import { MASTER_FLAGS } from './flag-table.js';
import { readMasterFlags } from './flags.js';
import { Master } from './master.js';
import { DEFAULT_MASTER_OPTIONS, type MasterOptions } from './options.js';

const { TEARDOWN } = mesos.v1.scheduler.Call.Type;
const { TASK_FINISHED } = mesos.v1.TaskState;
const MINUTE_MS = 60_000;

function optionsFrom(...argv: string[]): MasterOptions {
  const { flags } = readMasterFlags({ argv: ['--registry=in_memory', ...argv], env: {} });
  const { hostname, ip, port } = DEFAULT_MASTER_OPTIONS;
  return { ...flags, hostname, ip, port };
}

const rigWith = (...argv: string[]) => new MasterRig(optionsFrom(...argv));

/** How long after going silent the agent counts as unreachable, in the steps of `stepMs`. */
function silenceMs(rig: MasterRig, stepMs: number): number {
  const agent = rig.registeredAgent();
  rig.clock.advance(10);
  agent.answers = false;
  const sinceMs = rig.clock.nowMs();
  while (rig.master.agents.unreachable.size === 0 && rig.clock.nowMs() < MINUTE_MS * 60) rig.clock.advance(stepMs);
  return rig.clock.nowMs() - sinceMs;
}

/** `count` agents, one after the other, that registered and were given up. */
function loseAgents(rig: MasterRig, count: number): void {
  for (let n = 0; n < count; n++) {
    const agent = rig.registeredAgent(`host${n}`);
    agent.answers = false;
    rig.clock.advance(MINUTE_MS * 2);
  }
}

function refusalOf(rig: MasterRig, more: Parameters<typeof frameworkInfo>[0]): string | undefined {
  const scheduler = rig.scheduler().subscribe(frameworkInfo(more));
  return scheduler.events.find(({ error }) => error)?.error?.message;
}

/** Runs a task to its acknowledged end. */
function finish(rig: MasterRig, agent: ReturnType<MasterRig['registeredAgent']>, scheduler: ScriptedScheduler) {
  for (const id of ['t1', 't2', 't3']) {
    scheduler.launch(scheduler.takeOffers(), commandTask(id, agent.id));
    agent.update(scheduler.id, id, TASK_FINISHED);
    scheduler.acknowledge(scheduler.takeStatus());
  }
  return rig.master.frameworks.live.get(frameworkId(scheduler.id));
}

/** Roles `a` and `b` compete for agents that come one by one; which got each. */
function compete(agents: readonly string[], ...argv: string[]): string {
  const rig = rigWith(...argv);
  const schedulers = ['a', 'b'].map((role) => rig.scheduler().subscribe(frameworkInfo({ roles: [role] })));
  const winners = agents.map((resources, at) => {
    rig.registeredAgent(`host${at}`, resources);
    return schedulers.flatMap((scheduler) => scheduler.takeOffers()).map(({ allocationInfo }) => allocationInfo?.role);
  });
  return winners.join('');
}

/** A master on a store, started; what it said when it became ready or gave up. */
function start(options: MasterOptions, wrap: (store: Store) => Store) {
  const clock = new VirtualClock();
  const said: string[] = [];
  const failed = (error: Error) => said.push(`failed: ${error.message}`);
  const store = wrap(new MemoryStore(clock));
  const master = new Master({ clock, random: seededRandom(1), log: silentLogger, store, options, failed });
  master.start((error) => said.push(error?.message ?? 'ready'));
  clock.advance(0);
  return { clock, said, master };
}

/** Every flag that does something in the core, and what shows that it does. */
const EFFECTS: Record<string, () => void> = {
  registry_fetch_timeout: () => {
    const mute = (store: Store): Store => ({
      read: () => {},
      write: (changes, done) => store.write(changes, done),
      close: () => store.close(),
    });
    const { clock, said } = start(optionsFrom('--registry_fetch_timeout=3secs'), mute);
    clock.advance(2_999);
    expect(said).toEqual([]);
    clock.advance(1);
    expect(said).toEqual([expect.stringContaining('Cannot read registry: the store has not answered for 3000 ms')]);
  },
  registry_store_timeout: () => {
    const options = optionsFrom('--registry_store_timeout=3secs');
    const atStart = start(options, (store) => new FailingStore(store, { hangAt: 1 }));
    atStart.clock.advance(3_000);
    expect(atStart.said).toEqual([expect.stringContaining('Cannot write registry: the store has not answered')]);
    const rig = new MasterRig(options, { wrap: (store) => new FailingStore(store, { hangAt: 2 }) });
    expect(() => rig.registeredAgent()).toThrow('Cannot take registered');
    rig.clock.advance(2_999);
    expect(rig.failure).toBeUndefined();
    rig.clock.advance(1);
    expect(rig.failure?.message).toContain('--registry_store_timeout');
  },
  registry_gc_interval: () => {
    const rig = rigWith('--registry_gc_interval=1hrs', '--registry_max_agent_age=1mins');
    loseAgents(rig, 1);
    rig.clock.advance(40 * MINUTE_MS);
    expect(rig.master.agents.unreachable.size).toBe(1);
    rig.clock.advance(20 * MINUTE_MS);
    expect(rig.master.agents.unreachable.size).toBe(0);
  },
  registry_max_agent_age: () => {
    const rig = rigWith('--registry_max_agent_age=1days');
    loseAgents(rig, 1);
    rig.clock.advance(23 * 60 * MINUTE_MS);
    expect(rig.master.agents.unreachable.size).toBe(1);
    rig.clock.advance(2 * 60 * MINUTE_MS);
    expect(rig.master.agents.unreachable.size).toBe(0);
  },
  registry_max_agent_count: () => {
    const rig = rigWith('--registry_max_agent_count=2');
    loseAgents(rig, 4);
    rig.clock.advance(16 * MINUTE_MS);
    expect([...rig.master.agents.unreachable.values()].map(({ info }) => info.hostname)).toEqual(['host2', 'host3']);
  },
  agent_ping_timeout: () => {
    expect(silenceMs(rigWith('--agent_ping_timeout=1secs'), 1_000)).toBeLessThanOrEqual(6_000);
    expect(silenceMs(rigWith('--agent_ping_timeout=1mins'), 1_000)).toBeGreaterThan(4 * MINUTE_MS);
  },
  max_agent_ping_timeouts: () => {
    expect(silenceMs(rigWith('--max_agent_ping_timeouts=2'), 1_000)).toBeLessThanOrEqual(45_000);
    expect(silenceMs(rigWith('--max_agent_ping_timeouts=10'), 1_000)).toBeGreaterThan(130_000);
  },
  agent_reregister_timeout: () => {
    const rig = rigWith('--agent_reregister_timeout=20mins');
    rig.registeredAgent();
    rig.failover();
    rig.clock.advance(20 * MINUTE_MS - 1);
    expect(rig.master.agents.recovered.size).toBe(1);
    rig.clock.advance(1);
    expect(rig.master.agents.unreachable.size).toBe(1);
  },
  allocation_interval: () => {
    const looks = vi.spyOn(HierarchicalAllocator.prototype, 'allocate');
    rigWith('--allocation_interval=10secs').clock.advance(MINUTE_MS);
    expect(looks).toHaveBeenCalledTimes(6);
    looks.mockRestore();
  },
  min_allocatable_resources: () => {
    const rig = rigWith('--min_allocatable_resources=cpus:1;mem:64|disk:5');
    const scheduler = rig.scheduler().subscribe();
    rig.registeredAgent('small', 'cpus:8;mem:63');
    expect(scheduler.takeOffers()).toEqual([]);
    rig.registeredAgent('disk', 'disk:5');
    expect(scheduler.takeOffers().map(({ hostname }) => hostname)).toEqual(['disk']);
  },
  offer_timeout: () => {
    const rig = rigWith('--offer_timeout=7secs');
    rig.registeredAgent();
    const scheduler = rig.scheduler().subscribe();
    const [offer] = scheduler.takeOffers();
    rig.clock.advance(6_999);
    expect(scheduler.events).toEqual([]);
    rig.clock.advance(1);
    expect(scheduler.take('rescind').offerId).toEqual(offer?.id);
  },
  roles: () => {
    const rig = rigWith('--roles=web,batch');
    expect(refusalOf(rig, { roles: ['web', '*'] })).toBeUndefined();
    expect(refusalOf(rig, { roles: ['web', 'dev'] })).toBe("Roles { dev } are not present in the master's --roles");
  },
  weights: () => {
    const agents = Array.from({ length: 6 }, () => 'cpus:1;mem:64');
    expect(compete(agents)).toBe('ababab');
    expect(compete(agents, '--weights=a=3')).toBe('abaaab');
  },
  fair_sharing_excluded_resource_names: () => {
    const agents = ['cpus:8;mem:64', 'cpus:1;mem:320', 'cpus:1;mem:64'];
    expect(compete(agents)).toBe('abb');
    expect(compete(agents, '--fair_sharing_excluded_resource_names=cpus')).toBe('aba');
  },
  filter_gpu_resources: () => {
    for (const [flag, offers] of [['--filter_gpu_resources', 0] as const, ['--no-filter_gpu_resources', 1] as const]) {
      const rig = rigWith(flag);
      rig.registeredAgent('gpu', 'cpus:4;mem:64;gpus:1');
      expect(rig.scheduler().subscribe().takeOffers()).toHaveLength(offers);
    }
  },
  root_submissions: () => {
    const rig = rigWith('--no-root_submissions');
    expect(refusalOf(rig, { user: 'web' })).toBeUndefined();
    expect(refusalOf(rig, { user: 'root' })).toBe(
      "User 'root' is not allowed to run frameworks without --root_submissions set",
    );
  },
  max_completed_frameworks: () => {
    const rig = rigWith('--max_completed_frameworks=2');
    const ids = [1, 2, 3].map(() => {
      const scheduler = rig.scheduler().subscribe();
      scheduler.call({ type: TEARDOWN });
      return scheduler.id;
    });
    expect([...rig.master.frameworks.completed.keys()]).toEqual(ids.slice(1));
    rig.failover();
    expect([...rig.master.frameworks.completed.keys()]).toEqual(ids.slice(1));
  },
  max_completed_tasks_per_framework: () => {
    const rig = rigWith('--max_completed_tasks_per_framework=2');
    const framework = finish(rig, rig.registeredAgent(), rig.scheduler().subscribe());
    expect(framework?.completedTasks.map(({ id }) => id)).toEqual(['t2', 't3']);
  },
  max_unreachable_tasks_per_framework: () => {
    const rig = rigWith('--max_unreachable_tasks_per_framework=2');
    const agent = rig.registeredAgent();
    const scheduler = rig.scheduler().subscribe(frameworkInfo({}, 'PARTITION_AWARE'));
    const tasks = ['t1', 't2', 't3'].map((id) => commandTask(id, agent.id));
    scheduler.launch(scheduler.takeOffers(), ...tasks);
    agent.answers = false;
    rig.clock.advance(2 * MINUTE_MS);
    expect(rig.master.agents.unreachable.has(agentId(agent.id))).toBe(true);
    const framework = rig.master.frameworks.live.get(frameworkId(scheduler.id));
    expect([...(framework?.unreachableTasks.keys() ?? [])]).toEqual(['t2', 't3']);
  },
  cluster: () => {
    const { printFlags } = readMasterFlags({ argv: ['--registry=in_memory', '--cluster=west'], env: {} });
    const daemon = { flags: printFlags(), startedWallMs: 0, electedWallMs: 0, verbosity: new Verbosity('info') };
    expect(JSON.parse(textOf(stateDocument(new MasterRig().master, daemon)))).toMatchObject({ cluster: 'west' });
  },
};

/** Flags of the process around the core; the tests of `common/runtime` and `test/cluster` show what they do. */
const OF_THE_PROCESS = [
  ...[
    'help',
    'version',
    'logging_level',
    'ip',
    'port',
    'advertise_ip',
    'advertise_port',
    'hostname',
    'hostname_lookup',
  ],
  ...['work_dir', 'registry', 'zk'],
];

describe('the flags of the master', () => {
  it.each(Object.entries(EFFECTS))('--%s has an effect', (_name, shows) => shows());

  it('either have an effect that is shown, or say that they have none', () => {
    const rows = Object.entries<{ readonly withoutEffect?: string }>(MASTER_FLAGS);
    const effective = rows.filter(([, { withoutEffect }]) => withoutEffect === undefined).map(([name]) => name);
    expect(effective.toSorted()).toEqual([...Object.keys(EFFECTS), ...OF_THE_PROCESS].toSorted());
  });
});
