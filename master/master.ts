import type { AgentId } from '../common/ids.js';
import type { Link, Receiver } from '../common/link.js';
import { gauge, type Metric } from '../common/metrics/metric.js';
import type { Timer } from '../common/runtime/clock.js';
import type { AgentMessage, MasterInfo, MasterMessage, SchedulerEvent } from '../proto/index.js';
import { awaitReturn } from './agents/await-return.js';
import { startForgetting } from './agents/forget-old-agents.js';
import { markAgentGone } from './agents/mark-agent-gone.js';
import type { Allocator } from './allocator/allocator.js';
import { HierarchicalAllocator } from './allocator/hierarchical.js';
import { serveAgent } from './calls/agent/dispatch.js';
import { serveScheduler } from './calls/scheduler/session.js';
import type { MasterContext } from './context.js';
import { stopTimers } from './frameworks/stop-timers.js';
import { createMasterInfo } from './master-info.js';
import { AllocationSchedule } from './offers/allocation-schedule.js';
import { sendOffers } from './offers/send-offers.js';
import type { MasterOptions } from './options.js';
import type { MasterPorts, SchedulerSession } from './ports.js';
import { recoverRegistry } from './recover-registry.js';
import { Registrar } from './registry/registrar.js';
import { AgentTable } from './state/agents.js';
import { Counters } from './state/counters.js';
import { FrameworkTable } from './state/frameworks.js';
import { IdSequence } from './state/id-sequence.js';
import type { OfferTable } from './state/offers.js';

/**
 * The master's core: agents and schedulers come in as links, decisions leave through them. Synchronous and
 * deterministic; all it needs from the world is in its ports. The tables are for reading only.
 */
export class Master {
  /** Who this master is; its id is drawn anew for every `Master`. */
  readonly info: MasterInfo;
  readonly agents: AgentTable;
  readonly frameworks = new FrameworkTable();
  readonly offers: OfferTable = new Map();
  readonly counters = new Counters();
  /** For its views and explanations only. */
  readonly allocator: Allocator;
  /** Weights that were set, by role; roles not named weigh 1. */
  readonly weights: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch at which this master was made. */
  readonly startedWallMs: number;

  readonly #ports: MasterPorts;
  readonly #context: MasterContext;
  readonly #schedule: AllocationSchedule;
  readonly #timers: Timer[] = [];
  /** Who is told that the registry failed: whoever waits for the start, later the process. */
  #failed: (error: Error) => void;
  #stopped = false;
  #registryReadMs = 0;

  constructor(ports: MasterPorts) {
    const { clock, random, log, options, store } = ports;
    const masterId = random.uuid();
    const allocator = createAllocator(options);
    const nextExpiryMs = () => allocator.nextExpiryMs();
    this.#ports = ports;
    this.agents = new AgentTable(log);
    this.#failed = ports.failed;
    this.info = createMasterInfo(masterId, options);
    this.allocator = allocator;
    this.weights = options.weights;
    this.startedWallMs = clock.wallMs();
    this.#schedule = new AllocationSchedule(
      clock,
      options.allocationIntervalMs,
      () => sendOffers(this.#context),
      nextExpiryMs,
    );
    this.#context = {
      clock,
      random,
      log,
      options,
      info: this.info,
      ids: new IdSequence(masterId),
      agents: this.agents,
      frameworks: this.frameworks,
      offers: this.offers,
      counters: this.counters,
      allocator,
      registrar: new Registrar({ store, clock, log, timeoutMs: options.registryStoreTimeoutMs }, (error) =>
        this.#fail(error),
      ),
      requestAllocation: () => this.#schedule.request(),
    };
  }

  /**
   * Recovers the registry. No link may be handed over before `ready` was called without an error; with one, the master
   * has stopped.
   */
  start(ready: (error?: Error) => void): void {
    this.#failed = ready;
    const { clock } = this.#ports;
    const startedAtMs = clock.nowMs();
    recoverRegistry(this.#context, this.#ports.store, (error) => {
      if (this.#stopped) return;
      if (error !== undefined) {
        this.#fail(error);
        return;
      }
      this.#registryReadMs = clock.nowMs() - startedAtMs;
      this.#failed = this.#ports.failed;
      this.#timers.push(awaitReturn(this.#context), startForgetting(this.#context));
      this.#schedule.start();
      ready();
    });
  }

  /** A machine has connected; its first message must be `register` or `reregister`. */
  agentConnected(link: Link<MasterMessage>): Receiver<AgentMessage> {
    const session = serveAgent(this.#context, link);
    return {
      received: (message) => this.#stopped || session.received(message),
      closed: (reason) => this.#stopped || session.closed(reason),
    };
  }

  /** A scheduler has opened a stream; its first call must be SUBSCRIBE. */
  schedulerConnected(link: Link<SchedulerEvent>): SchedulerSession {
    const session = serveScheduler(this.#context, link);
    const stopping = { kind: 'refused', status: 503, message: 'Master is stopping' } as const;
    return {
      received: (call) => (this.#stopped ? stopping : session.received(call)),
      closed: (reason) => this.#stopped || session.closed(reason),
    };
  }

  /**
   * Declares an agent lost for good. `done` is called once that is durable. False: there is no such agent, or it is
   * about to leave anyway.
   */
  markAgentGone(id: AgentId, done: () => void): boolean {
    return markAgentGone(this.#context, id, done);
  }

  /** What allocating and writing the registry cost. */
  workMetrics(): Metric[] {
    const fetch = gauge('registrar/state_fetch_ms', this.#registryReadMs);
    return [...this.#schedule.metrics(), ...this.#context.registrar.metrics(), fetch];
  }

  /** Cancels every timer and closes every link. Nothing is torn down: another master takes over. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#schedule.stop();
    this.#context.registrar.close();
    for (const timer of this.#timers) timer.cancel();
    for (const offer of this.offers.values()) offer.timer?.cancel();
    for (const agent of this.agents.registered.values()) {
      agent.pingTimer?.cancel();
      if (agent.connection.kind === 'connected') agent.connection.link.close();
    }
    for (const framework of this.frameworks.live.values()) {
      stopTimers(framework);
      if (framework.connection.kind === 'connected') framework.connection.link.close();
    }
  }

  #fail(error: Error): void {
    this.stop();
    this.#failed(error);
  }
}

function createAllocator(options: MasterOptions): HierarchicalAllocator {
  const { minAllocatable, fairSharingExcluded, filterGpuResources, weights } = options;
  const allocator = new HierarchicalAllocator({
    minimums: minAllocatable,
    fairSharingExcluded: new Set(fairSharingExcluded),
    filterGpus: filterGpuResources,
  });
  allocator.updateWeights(new Map(Object.entries(weights)));
  return allocator;
}
