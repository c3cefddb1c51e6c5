import { parseResources } from '../../common/resources/parse.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { seededRandom } from '../../common/runtime/random.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import type { Store } from '../../common/store/store.js';
import { Master } from '../../master/master.js';
import { DEFAULT_MASTER_OPTIONS, type MasterOptions } from '../../master/options.js';
import { ScriptedAgent } from './scripted-agent.js';
import { ScriptedScheduler } from './scripted-scheduler.js';

/** How long a slow disk may hold up the start. */
const MOST_START_MS = 10_000;

interface RigStore {
  readonly flushMs?: () => number;
  readonly wrap?: (store: Store) => Store;
}

/** A master of the shipped code under virtual time, with agents and schedulers played by the test. */
export class MasterRig {
  readonly clock = new VirtualClock();
  store: MemoryStore;
  master: Master;
  /** What the master said when it gave up; undefined while it goes on. */
  failure: Error | undefined;
  readonly #options: MasterOptions;
  readonly #wrap: (store: Store) => Store;
  #seed = 1;

  /** `flushMs`: how long the disk takes. `wrap`: what the master is given for the store, such as one that fails. */
  constructor(options: Partial<MasterOptions> = {}, { flushMs = () => 0, wrap = (store) => store }: RigStore = {}) {
    this.store = new MemoryStore(this.clock, { flushMs });
    this.#options = { ...DEFAULT_MASTER_OPTIONS, ...options };
    this.#wrap = wrap;
    this.master = this.#start();
  }

  /** Lets happen what is due at this instant. */
  settle(): void {
    this.clock.advance(0);
  }

  /** The master dies; another starts at once on what was flushed. Links are told a moment later, as a broken TCP is. */
  failover(): void {
    this.master.stop();
    this.store = this.store.crash();
    this.master = this.#start();
  }

  agent(hostname = 'host1'): ScriptedAgent {
    return new ScriptedAgent(this, hostname);
  }

  /** An agent that has registered; `resources` as the flag takes them. */
  registeredAgent(hostname = 'host1', resources = 'cpus:4;mem:4096;disk:8192;ports:[31000-32000]'): ScriptedAgent {
    const agent = this.agent(hostname);
    agent.register(parseResources(resources).toWire());
    return agent;
  }

  scheduler(): ScriptedScheduler {
    return new ScriptedScheduler(this);
  }

  #start(): Master {
    const random = seededRandom(this.#seed++);
    const failed = (error: Error) => {
      this.failure = error;
    };
    const { clock } = this;
    const ports = { clock, random, log: silentLogger, store: this.#wrap(this.store), options: this.#options, failed };
    const master = new Master(ports);
    let ready: Error | 'ready' | undefined;
    master.start((error) => {
      ready = error ?? 'ready';
    });
    this.settle();
    for (let waitedMs = 0; ready === undefined && waitedMs < MOST_START_MS; waitedMs++) this.clock.advance(1);
    if (ready !== 'ready') throw ready ?? new Error('Cannot start the master: it is not ready');
    return master;
  }
}
