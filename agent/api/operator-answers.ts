import { versionInfo } from '../../common/version-info.js';
import { type AgentResponse, mesos } from '../../proto/index.js';
import type { Agent } from '../agent.js';
import type { ExecutorRow, FrameworkRow } from '../tasks/rows.js';
import type { DaemonInfo } from './daemon-info.js';
import { allExecutors, getTasks } from './task-view.js';

type GetExecutors = mesos.v1.agent.Response.GetExecutors.$Properties;
type GetFrameworks = mesos.v1.agent.Response.GetFrameworks.$Properties;

const { Type } = mesos.v1.agent.Response;

/** Answers a call that only reads the tables, or undefined when the call is not one of those. */
export function answerRead(
  type: mesos.v1.agent.Call.Type,
  agent: Agent,
  daemon: DaemonInfo,
): AgentResponse | undefined {
  const { Type: CallType } = mesos.v1.agent.Call;
  switch (type) {
    case CallType.GET_HEALTH:
      return { type: Type.GET_HEALTH, getHealth: { healthy: true } };
    case CallType.GET_FLAGS:
      return { type: Type.GET_FLAGS, getFlags: { flags: toFlags(daemon.flags) } };
    case CallType.GET_VERSION:
      return { type: Type.GET_VERSION, getVersion: { versionInfo: versionInfo() } };
    case CallType.GET_STATE:
      return {
        type: Type.GET_STATE,
        getState: { getTasks: getTasks(agent), getExecutors: getExecutors(agent), getFrameworks: getFrameworks(agent) },
      };
    case CallType.GET_FRAMEWORKS:
      return { type: Type.GET_FRAMEWORKS, getFrameworks: getFrameworks(agent) };
    case CallType.GET_EXECUTORS:
      return { type: Type.GET_EXECUTORS, getExecutors: getExecutors(agent) };
    case CallType.GET_TASKS:
      return { type: Type.GET_TASKS, getTasks: getTasks(agent) };
    case CallType.GET_AGENT:
      return { type: Type.GET_AGENT, getAgent: { agentInfo: agent.info } };
    case CallType.GET_LOGGING_LEVEL:
      return { type: Type.GET_LOGGING_LEVEL, getLoggingLevel: { level: daemon.verbosity.level } };
    case CallType.GET_OPERATIONS:
      return { type: Type.GET_OPERATIONS, getOperations: {} };
    case CallType.GET_RESOURCE_PROVIDERS:
      return { type: Type.GET_RESOURCE_PROVIDERS, getResourceProviders: {} };
    default:
      return undefined;
  }
}

function getFrameworks(agent: Agent): GetFrameworks {
  const toAnswer = ({ info }: FrameworkRow) => ({ frameworkInfo: info });
  return {
    frameworks: [...agent.frameworks.values()].map(toAnswer),
    completedFrameworks: agent.completedFrameworks.map(toAnswer),
  };
}

function getExecutors(agent: Agent): GetExecutors {
  const { live, completed } = allExecutors(agent);
  const toAnswer = ({ info }: ExecutorRow) => ({ executorInfo: info });
  return { executors: live.map(toAnswer), completedExecutors: completed.map(toAnswer) };
}

function toFlags(flags: Readonly<Record<string, string>>): mesos.v1.Flag.$Properties[] {
  return Object.entries(flags).map(([name, value]) => ({ name, value }));
}
