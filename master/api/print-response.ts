import { listingPrinter, printAnswer } from '../../common/net/http/listing.js';
import { MasterResponse, toJson } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';

const { Response } = mesos.v1.master;

type GetAgents = mesos.v1.master.Response.GetAgents.$Properties;
type GetExecutors = mesos.v1.master.Response.GetExecutors.$Properties;
type GetFrameworks = mesos.v1.master.Response.GetFrameworks.$Properties;
type GetTasks = mesos.v1.master.Response.GetTasks.$Properties;

const AGENTS = listingPrinter<GetAgents>('mesos.v1.master.Response.GetAgents', Response.GetAgents, [
  ['agents', 'agents'],
  ['recoveredAgents', 'recovered_agents'],
]);
const EXECUTORS = listingPrinter<GetExecutors>('mesos.v1.master.Response.GetExecutors', Response.GetExecutors, [
  ['executors', 'executors'],
]);
const FRAMEWORKS = listingPrinter<GetFrameworks>('mesos.v1.master.Response.GetFrameworks', Response.GetFrameworks, [
  ['frameworks', 'frameworks'],
  ['completedFrameworks', 'completed_frameworks'],
]);
const TASKS = listingPrinter<GetTasks>('mesos.v1.master.Response.GetTasks', Response.GetTasks, [
  ['tasks', 'tasks'],
  ['unreachableTasks', 'unreachable_tasks'],
  ['completedTasks', 'completed_tasks'],
]);

/** The JSON text of an answer; the lists of agents, frameworks, executors and tasks are there even when empty. */
export function printResponse(response: MasterResponse): string {
  const { getAgents, getExecutors, getFrameworks, getState, getTasks } = response;
  if (getAgents != null) return printAnswer('get_agents', AGENTS(getAgents));
  if (getExecutors != null) return printAnswer('get_executors', EXECUTORS(getExecutors));
  if (getFrameworks != null) return printAnswer('get_frameworks', FRAMEWORKS(getFrameworks));
  if (getTasks != null) return printAnswer('get_tasks', TASKS(getTasks));
  if (getState != null) return printAnswer('get_state', printState(getState));
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
