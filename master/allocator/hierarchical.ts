import type { AgentId, FrameworkId } from '../../common/ids.js';
import { addQuantities, NO_QUANTITIES, type Quantities } from '../../common/resources/quantities.js';
import type { Resources } from '../../common/resources/resources.js';
import { CodedError } from '../../common/runtime/errors.js';
import type { Random } from '../../common/runtime/random.js';
import { AgentLedger } from './agent-ledger.js';
import type { AgentView, Allocator, Proposal, Refusal } from './allocator.js';
import type { Explanation, RoleExplanation } from './explanation.js';
import type { FrameworkProfile } from './framework-profile.js';
import { DEFAULT_MINIMUMS } from './minimum.js';
import { OfferFilters } from './offer-filters.js';
import { shuffled } from './shuffle.js';
import { type Claimant, RoleTree } from './sorter/role-tree.js';
import { judge } from './verdict.js';

/** Rules of the cluster; quantities are in thousandths, see `Quantities`. */
export interface AllocatorOptions {
  /** Alternatives; an offer reaches at least one. Default `cpus:0.01|mem:32`. */
  readonly minimums?: readonly Quantities[];
  /** Names that do not count towards shares. Default: none. */
  readonly fairSharingExcluded?: ReadonlySet<string>;
  /** Whether agents with GPUs are offered only to frameworks with GPU_RESOURCES. Default true. */
  readonly filterGpus?: boolean;
}

interface Framework {
  profile: FrameworkProfile;
  readonly suppressed: Set<string>;
  active: boolean;
}

/**
 * Hierarchical dominant resource fairness: agents in random order, the whole free remainder of each to the first in
 * share order who may have it. An agent is looked at again only when something about it changed, or about a framework
 * that could take it.
 */
export class HierarchicalAllocator implements Allocator {
  readonly #minimums: readonly Quantities[];
  readonly #filterGpus: boolean;
  readonly #frameworks = new Map<FrameworkId, Framework>();
  readonly #agents = new Map<AgentId, AgentLedger>();
  readonly #filters = new OfferFilters();
  readonly #tree: RoleTree;
  /** Active agents with something free. */
  readonly #offerable = new Set<AgentLedger>();
  /** Those of them to look at in the next `allocate`. */
  readonly #changed = new Set<AgentLedger>();
  readonly #heldByFramework = new Map<FrameworkId, Quantities>();
  #pool: Quantities = NO_QUANTITIES;

  constructor(options: AllocatorOptions = {}) {
    this.#minimums = options.minimums ?? DEFAULT_MINIMUMS;
    this.#filterGpus = options.filterGpus ?? true;
    this.#tree = new RoleTree(options.fairSharingExcluded ?? new Set());
  }

  addFramework(frameworkId: FrameworkId, profile: FrameworkProfile, active: boolean): void {
    if (this.#frameworks.has(frameworkId)) throw broken(`add framework ${frameworkId}: it is known already`);
    this.#frameworks.set(frameworkId, { profile, suppressed: new Set(profile.suppressedRoles), active });
    for (const role of profile.roles) this.#tree.attach({ role, frameworkId });
    this.#lookAtAll();
  }

  updateFramework(frameworkId: FrameworkId, profile: FrameworkProfile): void {
    const framework = this.#framework(frameworkId);
    const { roles: before } = framework.profile;
    for (const role of profile.roles) if (!before.has(role)) this.#tree.attach({ role, frameworkId });
    for (const role of before) {
      const left = !profile.roles.has(role);
      if (left) this.#tree.detach({ role, frameworkId });
      const revived = framework.suppressed.has(role) && !profile.suppressedRoles.has(role);
      if (left || revived) this.#filters.clear(frameworkId, role);
    }
    framework.profile = profile;
    framework.suppressed.clear();
    for (const role of profile.suppressedRoles) framework.suppressed.add(role);
    this.#lookAtAll();
  }

  removeFramework(frameworkId: FrameworkId): void {
    const { profile } = this.#framework(frameworkId);
    for (const role of profile.roles) this.#tree.detach({ role, frameworkId });
    this.#filters.clear(frameworkId);
    this.#frameworks.delete(frameworkId);
  }

  activateFramework(frameworkId: FrameworkId): void {
    this.#framework(frameworkId).active = true;
    this.#lookAtAll();
  }

  deactivateFramework(frameworkId: FrameworkId): void {
    this.#framework(frameworkId).active = false;
    this.#filters.clear(frameworkId);
  }

  addAgent(agentId: AgentId, total: Resources, held: ReadonlyMap<FrameworkId, Resources> = new Map()): void {
    if (this.#agents.has(agentId)) throw broken(`add agent ${agentId}: it is known already`);
    const agent = new AgentLedger(agentId, total, held);
    this.#agents.set(agentId, agent);
    this.#pool = addQuantities(this.#pool, total.scalars());
    for (const [frameworkId, resources] of held) this.#credit(frameworkId, resources, false);
    this.#lookAt(agent);
  }

  updateAgent(agentId: AgentId, total: Resources): void {
    const agent = this.#agent(agentId);
    this.#replaceInPool(agent.total, total);
    agent.setTotal(total);
    this.#lookAt(agent);
  }

  removeAgent(agentId: AgentId): void {
    const agent = this.#agent(agentId);
    for (const [frameworkId, resources] of agent.held) this.#debit(frameworkId, resources);
    this.#pool = addQuantities(this.#pool, agent.total.scalars(), -1);
    this.#filters.removeAgent(agentId);
    this.#agents.delete(agentId);
    this.#offerable.delete(agent);
    this.#changed.delete(agent);
  }

  activateAgent(agentId: AgentId): void {
    const agent = this.#agent(agentId);
    agent.active = true;
    this.#lookAt(agent);
  }

  deactivateAgent(agentId: AgentId): void {
    const agent = this.#agent(agentId);
    agent.active = false;
    this.#lookAt(agent);
  }

  recover(frameworkId: FrameworkId, agentId: AgentId, resources: Resources, refusal?: Refusal): void {
    const agent = this.#agent(agentId);
    agent.release(frameworkId, resources);
    this.#debit(frameworkId, resources);
    if (refusal && this.#frameworks.get(frameworkId)?.active) {
      for (const [role, declined] of resources.allocations()) {
        this.#filters.add({ role, frameworkId }, agentId, declined.unallocated(), refusal);
      }
    }
    this.#lookAt(agent);
  }

  charge(frameworkId: FrameworkId, agentId: AgentId, resources: Resources): void {
    const agent = this.#agent(agentId);
    agent.charge(frameworkId, resources);
    this.#credit(frameworkId, resources, false);
    this.#lookAt(agent);
  }

  convert(frameworkId: FrameworkId, agentId: AgentId, consumed: Resources, converted: Resources): void {
    const agent = this.#agent(agentId);
    const before = agent.total;
    agent.convert(frameworkId, consumed, converted);
    this.#replaceInPool(before, agent.total);
    this.#debit(frameworkId, consumed);
    this.#credit(frameworkId, converted, false);
    this.#lookAt(agent);
  }

  revive(frameworkId: FrameworkId, roles?: readonly string[]): void {
    const { profile, suppressed } = this.#framework(frameworkId);
    for (const role of roles ?? profile.roles) {
      suppressed.delete(role);
      this.#filters.clear(frameworkId, role);
    }
    this.#lookAtAll();
  }

  suppress(frameworkId: FrameworkId, roles?: readonly string[]): void {
    const { profile, suppressed } = this.#framework(frameworkId);
    for (const role of roles ?? profile.roles) suppressed.add(role);
  }

  updateWeights(weights: ReadonlyMap<string, number>): void {
    this.#tree.updateWeights(weights);
  }

  weight(role: string): number {
    return this.#tree.weight(role);
  }

  allocate(nowMs: number, random: Random): readonly Proposal[] {
    for (const agentId of this.#filters.expire(nowMs)) {
      const agent = this.#agents.get(agentId);
      if (agent) this.#lookAt(agent);
    }
    const agents = shuffled(this.#changed, random);
    this.#changed.clear();
    return agents.flatMap((agent) => this.#offer(agent, nowMs));
  }

  get pending(): boolean {
    return this.#changed.size > 0;
  }

  nextExpiryMs(): number | undefined {
    return this.#filters.nextExpiryMs();
  }

  filterCounts(): ReadonlyMap<string, number> {
    return this.#filters.counts();
  }

  explain(frameworkId: FrameworkId, nowMs: number, role?: string): Explanation {
    const framework = this.#frameworks.get(frameworkId);
    if (framework === undefined) return { kind: 'unknown-framework' };
    if (!framework.active) return { kind: 'framework-inactive' };
    const roles = [...framework.profile.roles].filter((each) => role === undefined || each === role);
    return {
      kind: 'roles',
      roles: roles.map((each) => this.#explainRole({ role: each, frameworkId }, framework, nowMs)),
    };
  }

  agent(agentId: AgentId): AgentView | undefined {
    return this.#agents.get(agentId);
  }

  heldByRole(role: string): Quantities {
    return this.#tree.heldByRole(role);
  }

  heldByFramework(frameworkId: FrameworkId): Quantities {
    return this.#heldByFramework.get(frameworkId) ?? NO_QUANTITIES;
  }

  get pool(): Quantities {
    return this.#pool;
  }

  /** Offers what is free of one agent, down the share order, until nothing is left that anyone may have. */
  #offer(agent: AgentLedger, nowMs: number): readonly Proposal[] {
    const proposals: Proposal[] = [];
    for (const claimant of this.#tree.order(this.#pool, (each) => this.#wants(each))) {
      if (agent.free.isEmpty) break;
      const verdict = this.#judge(agent, claimant, this.#framework(claimant.frameworkId), nowMs);
      if (verdict.kind !== 'eligible') continue;
      agent.grant(claimant.frameworkId, verdict.resources);
      this.#credit(claimant.frameworkId, verdict.resources, true);
      proposals.push({ ...claimant, agentId: agent.id, resources: verdict.resources });
    }
    if (agent.free.isEmpty) this.#offerable.delete(agent);
    return proposals;
  }

  #wants({ role, frameworkId }: Claimant): boolean {
    const framework = this.#frameworks.get(frameworkId);
    return framework?.active === true && !framework.suppressed.has(role);
  }

  #judge(agent: AgentLedger, claimant: Claimant, { profile }: Framework, nowMs: number) {
    const refusedUntilMs = (resources: Resources) => this.#filters.refusedUntilMs(claimant, agent.id, resources, nowMs);
    const { role } = claimant;
    const minimums = profile.minimums?.get(role) ?? this.#minimums;
    const filterGpus = this.#filterGpus;
    return judge({ agent, profile, role, minimums, filterGpus, refusedUntilMs });
  }

  #explainRole(claimant: Claimant, framework: Framework, nowMs: number): RoleExplanation {
    const agents = [...this.#agents.values()].map(
      (agent) => [agent.id, this.#judge(agent, claimant, framework, nowMs)] as const,
    );
    return { role: claimant.role, suppressed: framework.suppressed.has(claimant.role), agents: new Map(agents) };
  }

  /** Shared volumes do not count towards shares: who holds one takes nothing from the others. */
  #credit(frameworkId: FrameworkId, resources: Resources, granted: boolean): void {
    for (const [role, part] of resources.nonShared().allocations()) {
      const scalars = part.scalars();
      this.#tree.credit({ role, frameworkId }, scalars, granted);
      this.#heldByFramework.set(frameworkId, addQuantities(this.heldByFramework(frameworkId), scalars));
    }
  }

  #debit(frameworkId: FrameworkId, resources: Resources): void {
    for (const [role, part] of resources.nonShared().allocations()) {
      const scalars = part.scalars();
      this.#tree.debit({ role, frameworkId }, scalars);
      const rest = addQuantities(this.heldByFramework(frameworkId), scalars, -1);
      if (rest.size > 0) this.#heldByFramework.set(frameworkId, rest);
      else this.#heldByFramework.delete(frameworkId);
    }
  }

  #replaceInPool(before: Resources, after: Resources): void {
    this.#pool = addQuantities(addQuantities(this.#pool, before.scalars(), -1), after.scalars());
  }

  #lookAt(agent: AgentLedger): void {
    if (agent.active && !agent.free.isEmpty) {
      this.#offerable.add(agent);
      this.#changed.add(agent);
    } else {
      this.#offerable.delete(agent);
      this.#changed.delete(agent);
    }
  }

  #lookAtAll(): void {
    for (const agent of this.#offerable) this.#changed.add(agent);
  }

  #framework(frameworkId: FrameworkId): Framework {
    const framework = this.#frameworks.get(frameworkId);
    if (framework === undefined) throw broken(`find framework ${frameworkId}: the allocator was not told of it`);
    return framework;
  }

  #agent(agentId: AgentId): AgentLedger {
    const agent = this.#agents.get(agentId);
    if (agent === undefined) throw broken(`find agent ${agentId}: the allocator was not told of it`);
    return agent;
  }
}

function broken(what: string): CodedError {
  return new CodedError('INTERNAL', `Cannot ${what}`);
}
