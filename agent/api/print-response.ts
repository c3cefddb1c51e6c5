import { printListing, type ShownList } from '../../common/net/http/listing.js';
import { AgentResponse, type MessageType, messageType, toJson } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';

const { Response } = mesos.v1.agent;

type GetContainers = mesos.v1.agent.Response.GetContainers.$Properties;
type GetExecutors = mesos.v1.agent.Response.GetExecutors.$Properties;
type GetFrameworks = mesos.v1.agent.Response.GetFrameworks.$Properties;
type GetTasks = mesos.v1.agent.Response.GetTasks.$Properties;

const CONTAINERS = listing<GetContainers>('GetContainers', Response.GetContainers, [['containers', 'containers']]);
const EXECUTORS = listing<GetExecutors>('GetExecutors', Response.GetExecutors, [
  ['executors', 'executors'],
  ['completedExecutors', 'completed_executors'],
]);
const FRAMEWORKS = listing<GetFrameworks>('GetFrameworks', Response.GetFrameworks, [
  ['frameworks', 'frameworks'],
  ['completedFrameworks', 'completed_frameworks'],
]);
const TASKS = listing<GetTasks>('GetTasks', Response.GetTasks, [
  ['pendingTasks', 'pending_tasks'],
  ['queuedTasks', 'queued_tasks'],
  ['launchedTasks', 'launched_tasks'],
  ['terminatedTasks', 'terminated_tasks'],
  ['completedTasks', 'completed_tasks'],
]);

/** The JSON text of an answer; the lists of frameworks, executors, tasks and containers are there even when empty. */
export function printResponse(response: AgentResponse): string {
  const { getContainers, getExecutors, getFrameworks, getState, getTasks } = response;
  if (getContainers != null) return whole('get_containers', CONTAINERS(getContainers));
  if (getExecutors != null) return whole('get_executors', EXECUTORS(getExecutors));
  if (getFrameworks != null) return whole('get_frameworks', FRAMEWORKS(getFrameworks));
  if (getTasks != null) return whole('get_tasks', TASKS(getTasks));
  if (getState != null) return whole('get_state', printState(getState));
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

const whole = (name: string, body: string) => `{"type":"${name.toUpperCase()}","${name}":${body}}`;

function listing<Message extends object>(
  name: string,
  codec: MessageType<Message>['codec'],
  lists: readonly ShownList<Message>[],
): (message: Message) => string {
  const type = messageType(`mesos.v1.agent.Response.${name}`, codec);
  return (message) => printListing(type, message, lists);
}
