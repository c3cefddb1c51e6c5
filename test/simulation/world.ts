import type { Containerizer, ContainerSpec } from '../../agent/containerizer/containerizer.js';
import { masterEndOfAgentLink, masterEndOfSubscription } from '../../common/net/link-methods.js';
import type { Clock } from '../../common/runtime/clock.js';
import { messageOf } from '../../common/runtime/errors.js';
import type { Fields, Logger } from '../../common/runtime/logger.js';
import { type Random, seededRandom } from '../../common/runtime/random.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import type { Store } from '../../common/store/store.js';
import { connectScheduler } from '../../master/api/scheduler-stream.js';
import { Master } from '../../master/master.js';
import { DEFAULT_MASTER_OPTIONS } from '../../master/options.js';
import type { Script } from '../support/fake-containerizer.js';
import { Daemon, type DaemonPorts } from './daemon.js';
import { Faults } from './faults.js';
import { checkMachine, checkNow } from './invariants.js';
import { Machine } from './machine.js';
import { Network, type Place } from './network.js';
import { Trace } from './trace.js';
import { Workload } from './workload.js';

/** Defects planted on purpose, to see that they are noticed. */
export interface Sabotage {
  containerizer?(inner: Containerizer): Containerizer;
  agentStore?(inner: Store, clock: Clock): Store;
  schedulerStore?(inner: Store, clock: Clock): Store;
  masterMade?(master: Master): void;
  worldMade?(world: World): void;
}

const MASTER = 'master:5050';

/** How often what must always hold is looked at. */
const CHECK_MS = 1_000;

/** What cores may log as errors when nothing is wrong with them. */
const EXPECTED_ERRORS = [/^Cannot write/, /store/i, /registry/i];

/** A cluster of the shipped cores in one process under virtual time: a master, two machines, a framework. */
export class World {
  readonly clock = new VirtualClock();
  readonly trace = new Trace(() => this.clock.nowMs());
  readonly network: Network;
  readonly masterDaemon: Daemon;
  readonly machines: readonly Machine[];
  readonly workload: Workload;
  readonly faults: Faults;
  master: Master | undefined;
  /** What went wrong first. */
  violation: string | undefined;
  readonly #seed: number;
  readonly #sabotage: Sabotage;
  readonly #logger: Logger;
  /** The accept that used each offer. */
  readonly #users = new Map<string, number>();

  /** `verbose`: what the cores log goes into the trace too. */
  constructor(seed: number, sabotage: Sabotage = {}, verbose = false) {
    this.#seed = seed;
    this.#sabotage = sabotage;
    this.#logger = createTraceLogger(this, verbose);
    const { clock, trace } = this;
    const randomFor = (name: string) => this.#randomFor(name);
    this.network = new Network({
      clock,
      trace,
      random: randomFor('network'),
      thrown: (place, error) => this.violated(`${place} threw: ${describeError(error)}`),
    });
    const ports: DaemonPorts = { clock, trace, network: this.network, randomFor };
    const script = (machine: Machine, spec: ContainerSpec) => this.#script(machine, spec);
    const shared = { ...ports, ...sabotage, master: MASTER, logger: this.#logger, script };
    this.masterDaemon = new Daemon('master', ports, (place, store) => this.#bootMaster(place, store));
    this.machines = ['agent1', 'agent2'].map((name) => new Machine(name, shared));
    this.workload = new Workload({ ...shared, violated: (what) => this.violated(what) });
    const { masterDaemon: master, machines, workload } = this;
    for (const daemon of [master, workload.daemon, ...machines.map(({ daemon }) => daemon)]) daemon.start();
    const random = randomFor('faults');
    const { tasks, daemon: scheduler } = workload;
    this.faults = new Faults({ clock, random, trace, network: this.network, master, scheduler, machines, tasks });
    this.#check();
    sabotage.worldMade?.(this);
  }

  violated(what: string): void {
    this.trace.note(`VIOLATION: ${what}`);
    this.violation ??= what;
  }

  /** Lets time pass, until something is wrong or `forMs` are over. */
  run(forMs: number): void {
    const untilMs = this.clock.nowMs() + forMs;
    try {
      while (this.violation === undefined && this.clock.step(untilMs));
      if (this.violation === undefined) this.clock.advance(untilMs - this.clock.nowMs());
    } catch (error) {
      this.violated(`a timer threw: ${describeError(error)}`);
    }
  }

  #bootMaster(place: Place, store: Store): void {
    const { life, host } = place;
    const log = this.#logger.child({ at: host });
    const master = new Master({
      clock: life.clock,
      random: this.#randomFor(`master, start ${this.masterDaemon.starts}`),
      log,
      store,
      options: DEFAULT_MASTER_OPTIONS,
      failed: (error) => this.masterDaemon.kill(error.message, 2_000),
    });
    this.master = master;
    this.#sabotage.masterMade?.(master);
    master.start((error) => {
      if (error) {
        this.masterDaemon.kill(`recovery failed: ${error.message}`, 2_000);
        return;
      }
      this.network.listen(place, MASTER, masterEndOfAgentLink, (link) => master.agentConnected(link));
      this.network.listen(place, MASTER, masterEndOfSubscription, (link) => connectScheduler(master, link));
    });
  }

  /** A container is about to start: it must be of a task that was launched, for the first time, within what there is. */
  #script(machine: Machine, spec: ContainerSpec): Script {
    const id = spec.environment['MESOS_TASK_ID'] ?? '';
    const task = this.workload.tasks.get(id);
    if (!task) {
      this.violated(`${machine.name} starts task ${id}, which nobody launched`);
      return {};
    }
    if (task.script.launchFailure) return task.script;
    task.starts += 1;
    task.machine = machine;
    task.containerId = spec.containerId;
    this.trace.note(`${machine.name} starts task ${id}`);
    if (task.starts > 1) this.violated(`task ${id} is started ${task.starts} times`);
    const user = this.#users.get(task.offer) ?? task.accept;
    this.#users.set(task.offer, user);
    if (user !== task.accept) this.violated(`offer ${task.offer} is used twice`);
    const problem = checkMachine(machine, this.workload.tasks);
    if (problem !== undefined) this.violated(problem);
    return task.script;
  }

  #check(): void {
    this.clock.after(CHECK_MS, () => {
      const problem = checkNow(this);
      if (problem !== undefined) this.violated(problem);
      this.#check();
    });
  }

  #randomFor(name: string): Random {
    let mixed = Math.imul(this.#seed, 0x9e3779b1);
    for (let at = 0; at < name.length; at++) mixed = Math.imul(mixed ^ name.charCodeAt(at), 0x01000193);
    return seededRandom(mixed);
  }
}

/** Errors that a core logs although nothing was done to it are bugs; with `verbose` everything it logs is traced. */
function createTraceLogger(world: World, verbose: boolean, place = ''): Logger {
  const trace = (sentence: string, fields?: Fields) => {
    if (verbose) world.trace.note(`${place}: ${sentence} ${fields ? JSON.stringify(fields) : ''}`);
  };
  return {
    debug: trace,
    info: trace,
    warn: trace,
    error: (sentence, fields) => {
      const cause = fields?.['error'];
      trace(`${sentence}: ${cause instanceof Error ? cause.stack : ''}`, fields);
      const expected = EXPECTED_ERRORS.some((pattern) => pattern.test(sentence));
      if (!expected) world.violated(`${place} logged an error: ${sentence}: ${describeError(cause)}`);
    },
    child: (fields) => createTraceLogger(world, verbose, String(fields['at'] ?? place)),
  };
}

function describeError(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
}
