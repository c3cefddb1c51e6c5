import type { AgentId } from '../../common/ids.js';
import type { Link } from '../../common/link.js';
import type { MasterMessage } from '../../proto/index.js';

/** One connection of an agent, from dialling to its end. An agent that returns has a new one; the newest counts. */
export interface AgentSession {
  readonly link: Link<MasterMessage>;
  open: boolean;
  /** Who it is; undefined until registered. */
  agentId: AgentId | undefined;
  /** A durable step of its registration is under way. */
  registering: boolean;
}
