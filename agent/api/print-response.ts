import { listingPrinter, printAnswer } from '../../common/net/http/listing.js';
import { AgentResponse, toJson } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';

const { Response } = mesos.v1.agent;

type GetContainers = mesos.v1.agent.Response.GetContainers.$Properties;
type GetExecutors = mesos.v1.agent.Response.GetExecutors.$Properties;
type GetFrameworks = mesos.v1.agent.Response.GetFrameworks.$Properties;
type GetTasks = mesos.v1.agent.Response.GetTasks.$Properties;

const CONTAINERS = listingPrinter<GetContainers>('mesos.v1.agent.Response.GetContainers', Response.GetContainers, [
  ['containers', 'containers'],
]);
const EXECUTORS = listingPrinter<GetExecutors>('mesos.v1.agent.Response.GetExecutors', Response.GetExecutors, [
  ['executors', 'executors'],
  ['completedExecutors', 'completed_executors'],
]);
const FRAMEWORKS = listingPrinter<GetFrameworks>('mesos.v1.agent.Response.GetFrameworks', Response.GetFrameworks, [
  ['frameworks', 'frameworks'],
  ['completedFrameworks', 'completed_frameworks'],
]);
const TASKS = listingPrinter<GetTasks>('mesos.v1.agent.Response.GetTasks', Response.GetTasks, [
  ['pendingTasks', 'pending_tasks'],
  ['queuedTasks', 'queued_tasks'],
  ['launchedTasks', 'launched_tasks'],
  ['terminatedTasks', 'terminated_tasks'],
  ['completedTasks', 'completed_tasks'],
]);

/** The JSON text of an answer; the lists of frameworks, executors, tasks and containers are there even when empty. */
export function printResponse(response: AgentResponse): string {
  const { getContainers, getExecutors, getFrameworks, getState, getTasks } = response;
  if (getContainers != null) return printAnswer('get_containers', CONTAINERS(getContainers));
  if (getExecutors != null) return printAnswer('get_executors', EXECUTORS(getExecutors));
  if (getFrameworks != null) return printAnswer('get_frameworks', FRAMEWORKS(getFrameworks));
  if (getTasks != null) return printAnswer('get_tasks', TASKS(getTasks));
  if (getState != null) return printAnswer('get_state', printState(getState));
  return toJson(AgentResponse, response);
}

function printState(state: mesos.v1.agent.Response.GetState.$Properties): string {
  const parts = [
    `"get_tasks":${TASKS(state.getTasks ?? {})}`,
    `"get_executors":${EXECUTORS(state.getExecutors ?? {})}`,
    `"get_frameworks":${FRAMEWORKS(state.getFrameworks ?? {})}`,
  ];
  return `{${parts.join(',')}}`;
}
