import type { AgentId, FrameworkId } from '../../common/ids.js';
import type { Quantities } from '../../common/resources/quantities.js';
import type { Resources } from '../../common/resources/resources.js';
import type { Random } from '../../common/runtime/random.js';
import type { Explanation } from './explanation.js';
import type { FrameworkProfile } from './framework-profile.js';

/** What one framework may now be offered on one agent in one role. `resources` are allocated to `role` already. */
export interface Proposal {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: string;
  readonly resources: Resources;
}

/** How long resources that come back are not to be offered to the same framework and role again. */
export interface Refusal {
  /** What the framework asked for, in milliseconds; not a number or negative: 5 s; at most 365 days; 0: no filter. */
  readonly refuseMs: number;
  /** Now, on the clock that `allocate` is given. */
  readonly nowMs: number;
}

/** What an agent has and who holds it, as the allocator sees it. */
export interface AgentView {
  /** Allocated to nobody. */
  readonly total: Resources;
  /** What nobody holds; shared volumes stay here while held. Nothing when more is held than the total. */
  readonly free: Resources;
  /** Offered or used, with the role it is allocated to, by framework. Known frameworks or not. */
  readonly held: ReadonlyMap<FrameworkId, Resources>;
  readonly active: boolean;
}

/**
 * Decides who is offered what. Sends nothing, keeps no time and draws no random number of its own: it is told of every
 * event at once and gives proposals when asked. What it proposes counts as held until `recover` gives it back.
 *
 * Calls for an unknown agent or framework, and resources that do not add up, throw INTERNAL: the caller's tables and
 * the allocator's have parted, and going on could give one thing to two.
 */
export interface Allocator {
  /** A framework subscribes. What agents already reported as held by it counts from here on. */
  addFramework(frameworkId: FrameworkId, profile: FrameworkProfile, active: boolean): void;
  /**
   * Roles, suppressed roles or capabilities changed. A role that is no longer suppressed loses its filters. What is
   * held in a role that left stays held until recovered.
   */
  updateFramework(frameworkId: FrameworkId, profile: FrameworkProfile): void;
  /** Forgets the framework and its filters. The caller has recovered, or recovers yet, what it holds. */
  removeFramework(frameworkId: FrameworkId): void;
  /** It is connected again and may be offered resources. */
  activateFramework(frameworkId: FrameworkId): void;
  /** It is offered nothing until activated; its filters are dropped. */
  deactivateFramework(frameworkId: FrameworkId): void;

  /** An agent was admitted. `held` is what frameworks use on it already, known or not, allocated to roles. */
  addAgent(agentId: AgentId, total: Resources, held?: ReadonlyMap<FrameworkId, Resources>): void;
  /** Its resources changed. If more is held than there is now, nothing of it is offered until enough came back. */
  updateAgent(agentId: AgentId, total: Resources): void;
  /** Forgets the agent, what is held on it, and filters for it. Later calls must not name it. */
  removeAgent(agentId: AgentId): void;
  /** Offers of it may be made. Agents are active when added. */
  activateAgent(agentId: AgentId): void;
  deactivateAgent(agentId: AgentId): void;

  /**
   * Resources offered to or used by a framework are free again: declined, rescinded, left over or finished. With a
   * refusal they, or any part of them, are not offered to that framework and role until it ends.
   */
  recover(frameworkId: FrameworkId, agentId: AgentId, resources: Resources, refusal?: Refusal): void;
  /** A framework holds more than it was offered: a task an agent reported late, or one more holder of a shared volume. */
  charge(frameworkId: FrameworkId, agentId: AgentId, resources: Resources): void;
  /** An operation turned `consumed` of a framework into `converted` (RESERVE, CREATE, ...); the total follows. */
  convert(frameworkId: FrameworkId, agentId: AgentId, consumed: Resources, converted: Resources): void;

  /** Ends suppression and drops filters, of the roles given or of all. */
  revive(frameworkId: FrameworkId, roles?: readonly string[]): void;
  /** No offers in the roles given, or in any, until revived. */
  suppress(frameworkId: FrameworkId, roles?: readonly string[]): void;
  /** Roles not named keep theirs; a role has weight 1 until told. A role of weight 2 may hold twice as much. */
  updateWeights(weights: ReadonlyMap<string, number>): void;
  weight(role: string): number;

  /** Hands out what can be. Looks only at agents for which something changed since the last call. */
  allocate(nowMs: number, random: Random): readonly Proposal[];
  /** Whether anything changed since the last `allocate`. */
  readonly pending: boolean;
  /** When the next filter ends and `allocate` should be called although nothing happened; undefined: never. */
  nextExpiryMs(): number | undefined;
  /** How many filters are in force, by role; roles without any are left out. */
  filterCounts(): ReadonlyMap<string, number>;

  /** Why the framework is or is not offered each agent at this moment. Costs one look at every agent. */
  explain(frameworkId: FrameworkId, nowMs: number, role?: string): Explanation;
  /** Undefined: no such agent. */
  agent(agentId: AgentId): AgentView | undefined;
  /** Scalars that frameworks hold in `role` itself, without roles below it. */
  heldByRole(role: string): Quantities;
  heldByFramework(frameworkId: FrameworkId): Quantities;
  /** Scalars of all agents together: what shares are shares of. */
  readonly pool: Quantities;
}
