import type { AgentId, FrameworkId } from '../../common/ids.js';
import type { Quantities } from '../../common/resources/quantities.js';
import type { Resources } from '../../common/resources/resources.js';
import type { OfferCapability } from './framework-profile.js';

/** Whether an agent can be offered to a framework in a role and, if not, the reason. */
export type Verdict =
  | { readonly kind: 'eligible'; readonly resources: Resources }
  /** Disconnected or deactivated. */
  | { readonly kind: 'agent-inactive' }
  /** Everything is offered to or used by those named. */
  | { readonly kind: 'nothing-left'; readonly holders: readonly FrameworkId[] }
  /** All that is free is reserved for other roles. */
  | { readonly kind: 'reserved-for-others'; readonly roles: readonly string[] }
  /** Only resources that the framework has not said it can deal with are free, or the agent has GPUs. */
  | { readonly kind: 'capability-missing'; readonly capabilities: readonly OfferCapability[] }
  /** What is free is less than any of the least amounts worth an offer. */
  | { readonly kind: 'below-minimum'; readonly free: Quantities; readonly minimums: readonly Quantities[] }
  /** The framework declined it, or more than it. */
  | { readonly kind: 'filtered'; readonly untilMs: number };

/** Why a framework is or is not offered resources, role by role. */
export type Explanation =
  | { readonly kind: 'unknown-framework' }
  | { readonly kind: 'framework-inactive' }
  | { readonly kind: 'roles'; readonly roles: readonly RoleExplanation[] };

/** What stands between a framework and offers in one of its roles, agent by agent. */
export interface RoleExplanation {
  readonly role: string;
  /** No offers are made in the role whatever the verdicts say. */
  readonly suppressed: boolean;
  readonly agents: ReadonlyMap<AgentId, Verdict>;
}
