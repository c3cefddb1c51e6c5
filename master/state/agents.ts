import { isIP } from 'node:net';
import type { AgentId, ExecutorId, FrameworkId, TaskId } from '../../common/ids.js';
import type { Link } from '../../common/link.js';
import type { Resources } from '../../common/resources/resources.js';
import type { Timer } from '../../common/runtime/clock.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { AgentInfo, ExecutorInfo, MasterMessage, meseta } from '../../proto/index.js';
import { DEFAULT_AGENT_PORT } from '../agents/port.js';
import { type AgentStanding, checkAgentMove } from './agent-standing.js';
import type { OfferRow } from './offers.js';
import type { TaskRow } from './tasks.js';

/** How an agent that may run tasks is connected. Instants are of `Clock.wallMs`. */
export type AgentConnection =
  | { readonly kind: 'connected'; readonly link: Link<MasterMessage> }
  | { readonly kind: 'disconnected'; readonly sinceWallMs: number };

/** An executor that runs on an agent, or is about to. Those built into the agent for command tasks are not listed. */
export interface ExecutorRow {
  readonly info: ExecutorInfo;
  /** What it uses itself, apart from its tasks; allocated to a role of the framework. */
  readonly resources: Resources;
}

/**
 * An agent that is registered: connected, or gone silent for less than the ping time-outs.
 *
 *     (register) -> connected <-> disconnected -> (unreachable | gone | removed: the row is dropped)
 */
export interface AgentRow {
  readonly id: AgentId;
  /** With its id filled in. */
  info: AgentInfo;
  capabilities: readonly meseta.v1.AgentCapability[];
  /** Release the agent runs, digits and dots. */
  version: string;
  /** IP address that others reach it by; undefined: the host name must do. */
  ip: string | undefined;
  /** What it has in all, allocated to nobody. */
  total: Resources;
  connection: AgentConnection;
  readonly registeredWallMs: number;
  reregisteredWallMs: number | undefined;
  readonly tasks: Map<FrameworkId, Map<TaskId, TaskRow>>;
  readonly executors: Map<FrameworkId, Map<ExecutorId, ExecutorRow>>;
  readonly offers: Set<OfferRow>;
  /** Pings sent since the last answer. */
  pingsMissed: number;
  pingTimer: Timer | undefined;
  /** A durable step that takes the agent out of the table is under way; nothing new is started on it. */
  leaving: boolean;
}

/** An agent known from the registry that has not come back since this master started. */
export interface RecoveredAgent {
  readonly info: AgentInfo;
}

/** An agent that failed its pings, or never came back after a failover. It may return. */
export interface UnreachableAgent {
  readonly info: AgentInfo;
  readonly sinceWallMs: number;
}

/** Where an agent stands, with what is known of it there. */
export type AgentPlace =
  | { readonly standing: 'registered'; readonly row: AgentRow }
  | ({ readonly standing: 'recovered' } & RecoveredAgent)
  | ({ readonly standing: 'unreachable' } & UnreachableAgent)
  | { readonly standing: 'gone'; readonly sinceWallMs: number }
  | { readonly standing: 'unknown' };

/** Every agent known, by standing; an id is in at most one of the four. */
export class AgentTable {
  readonly #log: Logger;
  readonly #registered = new Map<AgentId, AgentRow>();
  /** The registered ones by `host:port`, for an agent that registers where another was. */
  readonly #byAddress = new Map<string, Set<AgentRow>>();
  readonly #recovered = new Map<AgentId, RecoveredAgent>();
  readonly #unreachable = new Map<AgentId, UnreachableAgent>();
  readonly #gone = new Map<AgentId, number>();
  /** Connections on which agents are re-registering while a durable step is under way; the newest of each counts. */
  readonly returning = new Map<AgentId, Link<MasterMessage>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  get registered(): ReadonlyMap<AgentId, AgentRow> {
    return this.#registered;
  }

  get recovered(): ReadonlyMap<AgentId, RecoveredAgent> {
    return this.#recovered;
  }

  get unreachable(): ReadonlyMap<AgentId, UnreachableAgent> {
    return this.#unreachable;
  }

  /** Declared lost for good, with the instant (`wallMs`) of it; oldest first. */
  get gone(): ReadonlyMap<AgentId, number> {
    return this.#gone;
  }

  /** Registered agents that say they are at the host name and port of this one. */
  at(info: AgentInfo): Iterable<AgentRow> {
    return this.#byAddress.get(addressOf(info)) ?? [];
  }

  standingOf(id: AgentId): AgentStanding {
    if (this.#registered.has(id)) return 'registered';
    if (this.#recovered.has(id)) return 'recovered';
    if (this.#unreachable.has(id)) return 'unreachable';
    return this.#gone.has(id) ? 'gone' : 'unknown';
  }

  /** The one way from one standing to another. Throws ILLEGAL_MOVE, and changes nothing, where no way leads. */
  move(id: AgentId, to: AgentPlace): void {
    const from = this.standingOf(id);
    checkAgentMove(from, to.standing);
    this.#leave(id);
    this.#arrive(id, to);
    this.#log.info('Agent moves', { agent: id, from, to: to.standing });
  }

  /** The agent says something else of itself now. */
  describe(agent: AgentRow, info: AgentInfo): void {
    this.#unlist(agent);
    agent.info = info;
    this.#list(agent);
  }

  #leave(id: AgentId): void {
    const row = this.#registered.get(id);
    if (row !== undefined) this.#unlist(row);
    for (const places of [this.#registered, this.#recovered, this.#unreachable, this.#gone]) places.delete(id);
  }

  #arrive(id: AgentId, to: AgentPlace): void {
    switch (to.standing) {
      case 'registered':
        this.#registered.set(id, to.row);
        this.#list(to.row);
        return;
      case 'recovered':
        this.#recovered.set(id, { info: to.info });
        return;
      case 'unreachable':
        this.#unreachable.set(id, { info: to.info, sinceWallMs: to.sinceWallMs });
        return;
      case 'gone':
        this.#gone.set(id, to.sinceWallMs);
        return;
      case 'unknown':
        return;
    }
  }

  #list(agent: AgentRow): void {
    const address = addressOf(agent.info);
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? new Set()).add(agent));
  }

  #unlist(agent: AgentRow): void {
    const address = addressOf(agent.info);
    const neighbours = this.#byAddress.get(address);
    neighbours?.delete(agent);
    if (neighbours?.size === 0) this.#byAddress.delete(address);
  }
}

function addressOf({ hostname, port }: AgentInfo): string {
  return `${hostname}:${port ?? DEFAULT_AGENT_PORT}`;
}

/** Whether messages reach the agent; one that is not may still be registered, and its tasks run. */
export function isConnected(agent: AgentRow): boolean {
  return agent.connection.kind === 'connected';
}

/** The address of the agent for those who want an IP: its own word, or a host name that is one. Undefined: not known. */
export function ipOf({ ip, info }: AgentRow): string | undefined {
  return ip ?? (isIP(info.hostname) === 0 ? undefined : info.hostname);
}

/** Sends a message to the agent; dropped while it is disconnected, what matters is sent again on its return. */
export function sendToAgent(agent: AgentRow, message: MasterMessage): void {
  if (agent.connection.kind === 'connected') agent.connection.link.send(message);
}

/** All tasks on the agent. */
export function* tasksOf(agent: AgentRow): Generator<TaskRow> {
  for (const tasks of agent.tasks.values()) yield* tasks.values();
}
