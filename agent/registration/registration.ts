import type { Detector, Leader, Watch } from '../../common/coordination/detector.js';
import type { Dialer, Link, Receiver } from '../../common/link.js';
import { Backoff } from '../../common/runtime/backoff.js';
import type { Clock, Timer } from '../../common/runtime/clock.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { Random } from '../../common/runtime/random.js';
import type { AgentMessage, MasterMessage } from '../../proto/index.js';

/** Longest wait between two attempts to register. */
const LONGEST_BACKOFF_MS = 60_000;
/** How long a master may take to answer a registration (its registry may be slow) before the agent dials again. */
const ANSWER_TIMEOUT_MS = 30_000;

/** What registering needs. */
interface RegistrationPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly detector: Detector;
  readonly dialer: Dialer<AgentMessage, MasterMessage>;
  /** --registration_backoff_factor. */
  readonly backoffMs: number;
}

/** Who speaks through the link once it stands. */
interface RegistrationHost {
  /** The message that registers or re-registers the agent as it stands now. */
  greeting(): AgentMessage;
  /** Everything the master says but pings. */
  received(message: MasterMessage): void;
  /** The agent has no master any more. */
  lost(): void;
}

type State =
  | { readonly kind: 'idle' } // nobody leads
  | { readonly kind: 'waiting'; readonly timer: Timer } // before the next dial
  | {
      readonly kind: 'registering';
      readonly link: Link<AgentMessage>;
      readonly timer: Timer;
      /** Ends of executors that the greeting under way still counts as running; told after it. */
      readonly ends: AgentMessage[];
    }
  | {
      readonly kind: 'registered';
      readonly link: Link<AgentMessage>;
      readonly timer: Timer;
      readonly pingTimeoutMs: number;
    }
  | { readonly kind: 'stopped' };

/**
 * Keeps the agent registered with whoever leads:
 *
 *     idle -> waiting -> registering -> registered
 *      ^         ^            |              |
 *      |         +------------+--------------+   link closed, no answer, no ping
 *      +---- from anywhere: nobody leads
 */
export class Registration {
  readonly #ports: RegistrationPorts;
  readonly #host: RegistrationHost;
  #leader: Leader | undefined;
  #watch: Watch | undefined;
  #state: State = { kind: 'idle' };
  readonly #backoff: Backoff;

  constructor(ports: RegistrationPorts, host: RegistrationHost) {
    this.#ports = ports;
    this.#host = host;
    this.#backoff = new Backoff({ firstMs: ports.backoffMs, mostMs: LONGEST_BACKOFF_MS }, ports.random);
  }

  get kind(): State['kind'] {
    return this.#state.kind;
  }

  /** Begins to seek a master. */
  start(): void {
    this.#watch = this.#ports.detector.watch((leader) => this.#leads(leader));
  }

  /** The master has answered: it promises a ping at least every `pingTimeoutMs`. */
  registered(pingTimeoutMs: number): void {
    const state = this.#state;
    if (state.kind !== 'registering' && state.kind !== 'registered') return;
    state.timer.cancel();
    this.#backoff.reset();
    this.#state = { kind: 'registered', link: state.link, timer: this.#expectPing(pingTimeoutMs), pingTimeoutMs };
    if (state.kind === 'registering') for (const end of state.ends) state.link.send(end);
  }

  /** Sends to the master; dropped unless registered, but for what would make the greeting under way untrue for good. */
  send(message: AgentMessage): void {
    const state = this.#state;
    if (state.kind === 'registered') state.link.send(message);
    else if (state.kind === 'registering' && message.executorExited) state.ends.push(message);
  }

  /** Leaves the master and seeks no other. Idempotent. */
  stop(): void {
    this.#watch?.stop();
    this.#leave({ kind: 'stopped' });
  }

  #leads(leader: Leader | undefined): void {
    if (this.#state.kind === 'stopped') return;
    if (leader && this.#leader?.address === leader.address && this.#state.kind !== 'idle') return;
    this.#leader = leader;
    this.#backoff.reset();
    this.#ports.logger.info('Leading master changed', { master: leader?.address });
    if (leader) this.#wait();
    else this.#leave({ kind: 'idle' });
  }

  /** Waits a random while, so that all agents of a new master do not come at once, then dials. */
  #wait(): void {
    this.#leave({ kind: 'waiting', timer: this.#ports.clock.after(this.#backoff.next(), () => this.#dial()) });
  }

  #dial(): void {
    const address = this.#leader?.address;
    if (address === undefined || this.#state.kind !== 'waiting') return;
    const receiver = this.#receiver();
    const link = this.#ports.dialer.dial(address, receiver);
    receiver.link = link;
    const timer = this.#ports.clock.after(ANSWER_TIMEOUT_MS, () => this.#redial('the master did not answer in time'));
    this.#state = { kind: 'registering', link, timer, ends: [] };
    link.send(this.#host.greeting());
  }

  /** Hears one link only: what comes of an earlier one is stale. */
  #receiver(): Receiver<MasterMessage> & { link?: Link<AgentMessage> } {
    const receiver: Receiver<MasterMessage> & { link?: Link<AgentMessage> } = {
      received: (message) => {
        if (receiver.link && this.#isCurrent(receiver.link)) this.#received(message);
      },
      closed: (reason) => {
        if (receiver.link && this.#isCurrent(receiver.link)) this.#redial(reason);
      },
    };
    return receiver;
  }

  #isCurrent(link: Link<AgentMessage>): boolean {
    return 'link' in this.#state && this.#state.link === link;
  }

  #received(message: MasterMessage): void {
    const state = this.#state;
    if (state.kind === 'registered') {
      state.timer.cancel();
      this.#state = { ...state, timer: this.#expectPing(state.pingTimeoutMs) };
    }
    if (!message.ping) {
      this.#host.received(message);
      return;
    }
    if (!('link' in state)) return;
    state.link.send({ pong: {} });
    if (!message.ping.connected && state.kind === 'registered') this.#greetAgain(state.link);
  }

  /** The master counts the agent as gone though the link stands. */
  #greetAgain(link: Link<AgentMessage>): void {
    this.#ports.logger.warn('Re-registering: the master counts this agent as disconnected');
    if (this.#state.kind === 'registered') this.#state.timer.cancel();
    const timer = this.#ports.clock.after(ANSWER_TIMEOUT_MS, () => this.#redial('the master did not answer in time'));
    this.#state = { kind: 'registering', link, timer, ends: [] };
    this.#host.lost();
    link.send(this.#host.greeting());
  }

  #expectPing(timeoutMs: number): Timer {
    return this.#ports.clock.after(timeoutMs, () => this.#redial('the master has fallen silent'));
  }

  #redial(reason: string): void {
    this.#ports.logger.info('No link to the master', { master: this.#leader?.address, reason });
    this.#wait();
  }

  /** The only way from one state to another that gives up a link. */
  #leave(next: State): void {
    const last = this.#state;
    this.#state = next;
    if ('timer' in last) last.timer.cancel();
    if (!('link' in last)) return;
    last.link.close();
    if (last.kind === 'registered' || last.kind === 'registering') this.#host.lost();
  }
}
