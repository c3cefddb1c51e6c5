import type { Link, Receiver } from '../common/link.js';
import { CodedError } from '../common/runtime/errors.js';
import type { AgentMessage, MasterInfo, MasterMessage, SchedulerEvent } from '../proto/index.js';
import type { MasterPorts, SchedulerSession } from './ports.js';
import { AgentTable } from './state/agents.js';
import { Counters } from './state/counters.js';
import { FrameworkTable } from './state/frameworks.js';
import type { OfferTable } from './state/offers.js';

/**
 * The master's core: agents and schedulers come in as links, decisions leave through them. Synchronous and
 * deterministic; all it needs from the world is in its ports. The tables are for reading only.
 */
export class Master {
  readonly agents = new AgentTable();
  readonly frameworks = new FrameworkTable();
  readonly offers: OfferTable = new Map();
  readonly counters = new Counters();
  readonly #ports: MasterPorts;

  constructor(ports: MasterPorts) {
    this.#ports = ports;
  }

  /** Who this master is; its id is drawn anew for every `Master`. */
  get info(): MasterInfo {
    throw new CodedError('INTERNAL', 'Cannot tell the master: it is being built');
  }

  /** Recovers the registry. No link may be handed over before `ready` was called without an error. */
  start(ready: (error?: Error) => void): void {
    this.#ports.store.read('', (outcome) => ready(outcome instanceof Error ? outcome : undefined));
  }

  /** A machine has connected; its first message must be `register` or `reregister`. */
  agentConnected(_link: Link<MasterMessage>): Receiver<AgentMessage> {
    return { received: () => {}, closed: () => {} };
  }

  /** A scheduler has opened a stream; its first call must be SUBSCRIBE. */
  schedulerConnected(_link: Link<SchedulerEvent>): SchedulerSession {
    return { received: () => ({ kind: 'accepted' }), closed: () => {} };
  }

  /** Cancels every timer and closes every link. Nothing is torn down: another master takes over. */
  stop(): void {}
}
