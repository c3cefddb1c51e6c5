import { versionInfo } from '../../common/version-info.js';
import { type MasterResponse, mesos, type Task } from '../../proto/index.js';
import type { Master } from '../master.js';
import { masterMetrics } from '../metrics/master-metrics.js';
import { toAgentAnswer } from './agent-view.js';
import { type DaemonInfo, uptimeMs } from './daemon-info.js';
import { toCompletedFrameworkAnswer, toFrameworkAnswer } from './framework-view.js';
import { rolesOf } from './role-view.js';

type GetAgents = mesos.v1.master.Response.GetAgents.$Properties;
type GetExecutors = mesos.v1.master.Response.GetExecutors.$Properties;
type GetFrameworks = mesos.v1.master.Response.GetFrameworks.$Properties;
type GetTasks = mesos.v1.master.Response.GetTasks.$Properties;

const { Type } = mesos.v1.master.Response;

/** Answers a call that only reads the tables, or undefined when the call is not one of those. */
export function answerRead(
  type: mesos.v1.master.Call.Type,
  master: Master,
  daemon: DaemonInfo,
): MasterResponse | undefined {
  const { Type: CallType } = mesos.v1.master.Call;
  switch (type) {
    case CallType.GET_HEALTH:
      return { type: Type.GET_HEALTH, getHealth: { healthy: true } };
    case CallType.GET_FLAGS:
      return { type: Type.GET_FLAGS, getFlags: { flags: toFlags(daemon.flags) } };
    case CallType.GET_VERSION:
      return { type: Type.GET_VERSION, getVersion: { versionInfo: versionInfo() } };
    case CallType.GET_STATE:
      return { type: Type.GET_STATE, getState: getState(master) };
    case CallType.GET_AGENTS:
      return { type: Type.GET_AGENTS, getAgents: getAgents(master) };
    case CallType.GET_FRAMEWORKS:
      return { type: Type.GET_FRAMEWORKS, getFrameworks: getFrameworks(master) };
    case CallType.GET_EXECUTORS:
      return { type: Type.GET_EXECUTORS, getExecutors: getExecutors(master) };
    case CallType.GET_TASKS:
      return { type: Type.GET_TASKS, getTasks: getTasks(master) };
    case CallType.GET_ROLES:
      return { type: Type.GET_ROLES, getRoles: { roles: getRoles(master) } };
    case CallType.GET_LOGGING_LEVEL:
      return { type: Type.GET_LOGGING_LEVEL, getLoggingLevel: { level: daemon.verbosity.level } };
    case CallType.GET_METRICS:
      return { type: Type.GET_METRICS, getMetrics: { metrics: getMetrics(master, daemon) } };
    case CallType.GET_WEIGHTS:
      return { type: Type.GET_WEIGHTS, getWeights: getWeights(master) };
    case CallType.GET_QUOTA:
      return { type: Type.GET_QUOTA, getQuota: { status: {} } };
    case CallType.GET_OPERATIONS:
      return { type: Type.GET_OPERATIONS, getOperations: {} };
    case CallType.GET_MAINTENANCE_STATUS:
      return { type: Type.GET_MAINTENANCE_STATUS, getMaintenanceStatus: { status: {} } };
    case CallType.GET_MAINTENANCE_SCHEDULE:
      return { type: Type.GET_MAINTENANCE_SCHEDULE, getMaintenanceSchedule: { schedule: {} } };
    case CallType.GET_MASTER:
      return {
        type: Type.GET_MASTER,
        getMaster: {
          masterInfo: master.info,
          startTime: daemon.startedWallMs / 1000,
          electedTime: daemon.electedWallMs / 1000,
        },
      };
    default:
      return undefined;
  }
}

function getState(master: Master): mesos.v1.master.Response.GetState.$Properties {
  return {
    getTasks: getTasks(master),
    getExecutors: getExecutors(master),
    getFrameworks: getFrameworks(master),
    getAgents: getAgents(master),
  };
}

function getAgents({ agents }: Master): GetAgents {
  return {
    agents: [...agents.registered.values()].map(toAgentAnswer),
    recoveredAgents: [...agents.recovered.values()].map(({ info }) => info),
  };
}

function getFrameworks(master: Master): GetFrameworks {
  const { live, completed } = master.frameworks;
  return {
    frameworks: [...live.values()].map((framework) => toFrameworkAnswer(framework, master)),
    completedFrameworks: [...completed.values()].map(toCompletedFrameworkAnswer),
  };
}

function getExecutors({ agents }: Master): GetExecutors {
  const executors = [...agents.registered.values()].flatMap((agent) =>
    [...agent.executors.values()].flatMap((rows) =>
      [...rows.values()].map(({ info }) => ({ executorInfo: info, agentId: { value: agent.id } })),
    ),
  );
  return { executors };
}

/** A task that is terminal but not acknowledged is still among the running ones, as in the original. */
function getTasks({ frameworks }: Master): GetTasks {
  const tasks: Task[] = [];
  const unreachableTasks: Task[] = [];
  const completedTasks: Task[] = [];
  for (const framework of frameworks.live.values()) {
    for (const { task } of framework.tasks.values()) tasks.push(task);
    for (const { task } of framework.unreachableTasks.values()) unreachableTasks.push(task);
    for (const { task } of framework.completedTasks) completedTasks.push(task);
  }
  for (const framework of frameworks.completed.values()) {
    for (const { task } of framework.completedTasks) completedTasks.push(task);
  }
  return { tasks, unreachableTasks, completedTasks };
}

function getRoles(master: Master): mesos.v1.Role.$Properties[] {
  return rolesOf(master).map(({ name, weight, frameworks, allocated, offered }) => ({
    name,
    weight,
    frameworks: frameworks.map((value) => ({ value })),
    resources: allocated.plus(offered).toWire(),
  }));
}

function getMetrics(master: Master, daemon: DaemonInfo): mesos.v1.Metric.$Properties[] {
  return masterMetrics(master, uptimeMs(daemon)).map(({ name, value }) => ({ name, value }));
}

/** Absent when none was set, as in the original. */
function getWeights({ weights }: Master): mesos.v1.master.Response.GetWeights.$Properties | null {
  const weightInfos = Object.entries(weights).map(([role, weight]) => ({ role, weight }));
  return weightInfos.length === 0 ? null : { weightInfos };
}

function toFlags(flags: Readonly<Record<string, string>>): mesos.v1.Flag.$Properties[] {
  return Object.entries(flags).map(([name, value]) => ({ name, value }));
}
