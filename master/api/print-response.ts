import { printListing, type ShownList } from '../../common/net/http/listing.js';
import { MasterResponse, type MessageType, messageType, toJson } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';

const { Response } = mesos.v1.master;

type GetAgents = mesos.v1.master.Response.GetAgents.$Properties;
type GetExecutors = mesos.v1.master.Response.GetExecutors.$Properties;
type GetFrameworks = mesos.v1.master.Response.GetFrameworks.$Properties;
type GetTasks = mesos.v1.master.Response.GetTasks.$Properties;

const AGENTS = listing<GetAgents>('GetAgents', Response.GetAgents, [
  ['agents', 'agents'],
  ['recoveredAgents', 'recovered_agents'],
]);
const EXECUTORS = listing<GetExecutors>('GetExecutors', Response.GetExecutors, [['executors', 'executors']]);
const FRAMEWORKS = listing<GetFrameworks>('GetFrameworks', Response.GetFrameworks, [
  ['frameworks', 'frameworks'],
  ['completedFrameworks', 'completed_frameworks'],
]);
const TASKS = listing<GetTasks>('GetTasks', Response.GetTasks, [
  ['tasks', 'tasks'],
  ['unreachableTasks', 'unreachable_tasks'],
  ['completedTasks', 'completed_tasks'],
]);

/** The JSON text of an answer; the lists of agents, frameworks, executors and tasks are there even when empty. */
export function printResponse(response: MasterResponse): string {
  const { getAgents, getExecutors, getFrameworks, getState, getTasks } = response;
  if (getAgents != null) return whole('get_agents', AGENTS(getAgents));
  if (getExecutors != null) return whole('get_executors', EXECUTORS(getExecutors));
  if (getFrameworks != null) return whole('get_frameworks', FRAMEWORKS(getFrameworks));
  if (getTasks != null) return whole('get_tasks', TASKS(getTasks));
  if (getState != null) return whole('get_state', printState(getState));
  return toJson(MasterResponse, response);
}

function printState(state: mesos.v1.master.Response.GetState.$Properties): string {
  const parts = [
    `"get_tasks":${TASKS(state.getTasks ?? {})}`,
    `"get_executors":${EXECUTORS(state.getExecutors ?? {})}`,
    `"get_frameworks":${FRAMEWORKS(state.getFrameworks ?? {})}`,
    `"get_agents":${AGENTS(state.getAgents ?? {})}`,
  ];
  return `{${parts.join(',')}}`;
}

const whole = (name: string, body: string) => `{"type":"${name.toUpperCase()}","${name}":${body}}`;

function listing<Message extends object>(
  name: string,
  codec: MessageType<Message>['codec'],
  lists: readonly ShownList<Message>[],
): (message: Message) => string {
  const type = messageType(`mesos.v1.master.Response.${name}`, codec);
  return (message) => printListing(type, message, lists);
}
