import { messageType, Task as TaskType, toJson } from '../../proto/codec/index.js';
import { mesos, type Task } from '../../proto/index.js';
import type { AgentRow } from './agents.js';
import type { FrameworkRow } from './frameworks.js';

const AgentType = messageType('mesos.v1.master.Response.GetAgents.Agent', mesos.v1.master.Response.GetAgents.Agent);
const FrameworkType = messageType(
  'mesos.v1.master.Response.GetFrameworks.Framework',
  mesos.v1.master.Response.GetFrameworks.Framework,
);

/** Messages as `-o json` and `-o yaml` show them: the very fields of the HTTP API. */
export const plainTask = (task: Task): unknown => JSON.parse(toJson(TaskType, task));
export const plainAgent = (agent: AgentRow): unknown => JSON.parse(toJson(AgentType, agent));
export const plainFramework = (framework: FrameworkRow): unknown => JSON.parse(toJson(FrameworkType, framework));
