import { mesos } from '../../proto/index.js';
import type { MasterContext } from '../context.js';
import { forgetAgents } from '../registry/forget-agents.js';
import type { AgentRow } from '../state/agents.js';
import type { CounterName } from '../state/counters.js';
import { endTasks } from '../tasks/end-tasks.js';
import { dropAgent } from './drop-agent.js';

const { TASK_LOST } = mesos.v1.TaskState;
const { REASON_AGENT_REMOVED } = mesos.v1.TaskStatus.Reason;

/** Why an agent is removed while it is known: in words, and in the metric that counts it. */
export interface RemovalCause {
  readonly text: string;
  readonly counter: CounterName;
}

/** The agent said itself that it goes for good. */
export const UNREGISTERED: RemovalCause = {
  text: 'the agent unregistered',
  counter: 'slave_removals/reason_unregistered',
};

/** Another agent registers from its address, so its own process is gone. */
export const REPLACED: RemovalCause = {
  text: 'a new agent registered at the same address',
  counter: 'slave_removals/reason_registered',
};

/** Removes an agent whose tasks are known to be over: first from the registry, then everyone is told. */
export function removeAgent(context: MasterContext, agent: AgentRow, cause: RemovalCause): void {
  if (agent.leaving) return;
  agent.leaving = true;
  context.registrar.apply(forgetAgents([agent.id]), () => removedAgent(context, agent, cause));
}

function removedAgent(context: MasterContext, agent: AgentRow, { text, counter }: RemovalCause): void {
  if (context.agents.registered.get(agent.id) !== agent) return; // declared gone meanwhile
  const message = `Agent ${agent.info.hostname} removed: ${text}`;
  for (const frameworkId of [...agent.tasks.keys()]) {
    const framework = context.frameworks.live.get(frameworkId);
    if (framework === undefined) continue;
    endTasks(context, agent, framework, { state: TASK_LOST, reason: REASON_AGENT_REMOVED, message });
  }
  dropAgent(context, agent, { standing: 'unknown' }, text);
  context.counters.count('slave_removals');
  context.counters.count(counter);
}
