import type { Resources } from '../../common/resources/resources.js';
import type { AgentRow } from '../state/agents.js';

/** What accepted offers of one agent and role still hold while their operations are carried out, one after the other. */
export interface Purse {
  readonly agent: AgentRow;
  readonly role: string;
  /** Allocated to `role`. */
  left: Resources;
}
