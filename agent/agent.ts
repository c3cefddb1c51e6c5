import type { CallOutcome } from '../common/call-outcome.js';
import { refused } from '../common/call-outcome.js';
import type { AgentId, FrameworkId } from '../common/ids.js';
import type { Link } from '../common/link.js';
import type { AgentInfo, ExecutorCall, ExecutorEvent } from '../proto/index.js';
import { AGENT_DEFAULTS, type AgentOptions, type AgentPorts, type AgentSettings } from './ports.js';
import type { FrameworkRow } from './tasks/rows.js';

/** Where the agent stands with its master. */
export type AgentStanding = 'recovering' | 'detecting' | 'registering' | 'registered' | 'stopped';

/** The agent's core: synchronous and deterministic; see the ports for what it needs of the world. */
export class Agent {
  readonly options: AgentOptions;

  constructor(_ports: AgentPorts, settings: AgentSettings) {
    this.options = Object.freeze({ ...AGENT_DEFAULTS, ...settings });
  }

  /**
   * Recovers from the checkpoints, then seeks a master. `ready` is called once: with an error when recovery failed and
   * the agent must not run, otherwise when the tables are complete and the API may be served (503 before that).
   */
  start(_ready: (error?: Error) => void): void {}

  /** Stops at once, as if killed: no callback does anything any more, containers go on. Idempotent. */
  stop(): void {}

  /** A SUBSCRIBE call of an executor; when accepted, events go to `link` until a newer one or `executorDisconnected`. */
  executorSubscribe(_call: ExecutorCall, _link: Link<ExecutorEvent>, _token?: string): CallOutcome {
    return refused(503, 'Agent has not finished recovery');
  }

  /** Any other call of an executor. `token`: what followed `Bearer ` in its Authorization header. */
  executorCall(_call: ExecutorCall, _token?: string): CallOutcome {
    return refused(503, 'Agent has not finished recovery');
  }

  /** The connection that `link` wrote to is gone. */
  executorDisconnected(_link: Link<ExecutorEvent>): void {}

  /** Where the agent stands with its master. */
  get standing(): AgentStanding {
    return 'recovering';
  }

  /** Absent until the first registration. */
  get id(): AgentId | undefined {
    return undefined;
  }

  /** What the agent registered with, its id included once it has one. */
  get info(): AgentInfo {
    return this.options.info;
  }

  /** Frameworks with something on this agent. */
  get frameworks(): ReadonlyMap<FrameworkId, FrameworkRow> {
    return new Map();
  }

  /** The last frameworks that have nothing here any more, oldest first. */
  get completedFrameworks(): readonly FrameworkRow[] {
    return [];
  }

  /** Sandboxes that must not be removed. */
  liveSandboxes(): string[] {
    return [];
  }
}
