import type { AgentId } from '../../common/ids.js';
import { mesos } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { hasCapability } from '../frameworks/capabilities.js';
import { markUnreachable } from '../registry/mark-unreachable.js';
import type { AgentRow } from '../state/agents.js';
import { endTasks } from '../tasks/end-tasks.js';
import { dropAgent } from './drop-agent.js';

const { TASK_UNREACHABLE, TASK_LOST } = mesos.v1.TaskState;
const { REASON_AGENT_REMOVED } = mesos.v1.TaskStatus.Reason;
const MESSAGE = 'health check timed out';

/** The agent missed its pings: first the registry, then everyone is told. No limit on the rate holds this up. */
export function markAgentUnreachable(context: MasterContext, agent: AgentRow): void {
  if (agent.leaving) return;
  agent.leaving = true;
  context.counters.count('slave_unreachable_scheduled');
  const wallMs = context.clock.wallMs();
  context.registrar.apply(markUnreachable(agent.id, agent.info, wallMs), () =>
    markedUnreachable(context, agent, wallMs),
  );
}

function markedUnreachable(context: MasterContext, agent: AgentRow, wallMs: number): void {
  if (context.agents.registered.get(agent.id) !== agent) return; // declared gone meanwhile
  for (const frameworkId of [...agent.tasks.keys()]) {
    const framework = context.frameworks.live.get(frameworkId);
    if (framework === undefined) continue;
    const state = hasCapability(framework.info, 'PARTITION_AWARE') ? TASK_UNREACHABLE : TASK_LOST;
    const verdict = { state, reason: REASON_AGENT_REMOVED, message: MESSAGE, unreachableWallMs: wallMs };
    endTasks(context, agent, framework, verdict, 'unreachable');
  }
  dropAgent(context, agent, { standing: 'unreachable', info: agent.info, sinceWallMs: wallMs }, MESSAGE);
  context.counters.count('slave_unreachable_completed');
  context.counters.count('slave_removals');
  context.counters.count('slave_removals/reason_unhealthy');
}

/** After a failover: an agent that did not come back in time. Nothing is known of its tasks. */
export function markRecoveredUnreachable(context: MasterContext, id: AgentId): void {
  const recovered = context.agents.recovered.get(id);
  if (recovered === undefined || context.agents.returning.has(id)) return;
  const wallMs = context.clock.wallMs();
  context.registrar.apply(markUnreachable(id, recovered.info, wallMs), () => {
    if (context.agents.standingOf(id) !== 'recovered') return; // it came back, or was declared gone, meanwhile
    context.agents.move(id, { standing: 'unreachable', info: recovered.info, sinceWallMs: wallMs });
    context.counters.count('recovery_slave_removals');
    context.log.warn('Agent did not return after failover', { agent: id, hostname: recovered.info.hostname });
  });
}
