import { HttpRefusal } from '../../common/net/http/http-refusal.js';
import type { Exchange } from '../../common/net/http/router.js';
import { answerMessage } from '../../common/net/http/v1-call.js';
import type { Clock } from '../../common/runtime/clock.js';
import { type AgentCall, AgentResponse } from '../../proto/codec/index.js';
import { type ContainerID, mesos } from '../../proto/index.js';
import type { Agent } from '../agent.js';
import type { StartSession } from './api-ports.js';
import { type ContainerPlace, containerName, findContainer } from './container-place.js';
import { streamSession } from './session-stream.js';
import { type Sessions, waitStatus } from './sessions.js';

/** Longest id of a session: it becomes part of the environment of its processes. */
const MAX_ID_LENGTH = 242;

/** What the session endpoints work on. */
export interface SessionContext {
  readonly agent: Agent;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly start: StartSession;
}

/**
 * LAUNCH_NESTED_CONTAINER_SESSION: runs a command beside a container and streams what it prints, until it ends or the
 * client leaves, which kills it.
 */
export function launchSession(exchange: Exchange, call: AgentCall, context: SessionContext): void {
  const { agent, clock, sessions, start } = context;
  const { containerId, command } = call.launchNestedContainerSession ?? {};
  if (containerId == null) throw missing('launch_nested_container_session');
  const { value: sessionId } = containerId;
  if (containerId.parent == null) throw missing('launch_nested_container_session.container_id.parent');
  if (command == null) throw missing('launch_nested_container_session.command');
  if (!/^[^/\s]{1,}$/.test(sessionId) || sessionId.length > MAX_ID_LENGTH) {
    throw new HttpRefusal(400, `'ContainerID.value' '${sessionId}' contains invalid characters`);
  }
  const name = containerName(containerId); // ids are told apart by their parents too
  if (sessions.has(name)) throw new HttpRefusal(400, `Container ${name} already exists`);
  const place = placeOf(agent, containerId.parent);
  streamSession(exchange, {
    clock,
    heartbeatMs: agent.options.heartbeatMs,
    start: (listener) => {
      sessions.started(name);
      return start({ command, ...place }, listener);
    },
    ended: (end) => sessions.ended(name, end),
  });
}

/** WAIT_NESTED_CONTAINER of a session: answers once it has ended, with its wait status. */
export async function waitForSession(exchange: Exchange, call: AgentCall, { sessions }: SessionContext): Promise<void> {
  const containerId = call.waitNestedContainer?.containerId ?? call.waitContainer?.containerId;
  if (containerId == null) throw missing('wait_nested_container');
  const ending = sessions.wait(containerName(containerId));
  if (ending === undefined) throw new HttpRefusal(404, `Container ${containerName(containerId)} cannot be found`);
  const exitStatus = waitStatus(await ending) ?? null;
  const { Type } = mesos.v1.agent.Response;
  const message: AgentResponse =
    call.waitNestedContainer == null
      ? { type: Type.WAIT_CONTAINER, waitContainer: { exitStatus } }
      : { type: Type.WAIT_NESTED_CONTAINER, waitNestedContainer: { exitStatus } };
  answerMessage(exchange, AgentResponse, message);
}

function placeOf(agent: Agent, parent: ContainerID) {
  const place = findContainer(agent, parent);
  if (place === undefined) throw new HttpRefusal(400, `Parent container ${containerName(parent)} does not exist`);
  const row = rowOf(place);
  return { containerId: row.containerId, directory: row.directory, ...agent.commandContext(row) };
}

const rowOf = (place: ContainerPlace) => (place.kind === 'task' ? place.task : place.executor);

const missing = (field: string) =>
  new HttpRefusal(400, `Failed to validate agent::Call: Expecting '${field}' to be present`);
