import type { Metric } from '../../common/metrics/metric.js';
import { answerEmpty } from '../../common/net/http/answer.js';
import { HttpRefusal } from '../../common/net/http/http-refusal.js';
import { setLoggingLevel } from '../../common/net/http/logging-level.js';
import type { Exchange } from '../../common/net/http/router.js';
import { answerMessage, readCall } from '../../common/net/http/v1-call.js';
import { AgentCall, AgentResponse } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';
import type { Agent } from '../agent.js';
import type { SandboxFiles } from './api-ports.js';
import { measureContainers } from './container-statistics.js';
import type { DaemonInfo } from './daemon-info.js';
import { answerRead } from './operator-answers.js';
import { launchSession, type SessionContext, waitForSession } from './session-endpoint.js';

const { Type } = mesos.v1.agent.Call;

/** What the operator API works on. */
export interface OperatorContext extends SessionContext {
  readonly files: SandboxFiles;
  readonly daemon: DaemonInfo;
  /** Reckons every figure of the agent as it is now. */
  readonly metrics: () => readonly Metric[];
}

/** Serves `POST /api/v1` of the agent. */
export async function serveOperatorCall(exchange: Exchange, context: OperatorContext): Promise<void> {
  if (context.agent.standing === 'recovering') throw new HttpRefusal(503, 'Agent has not finished recovery');
  const call = await readCall(exchange.request, AgentCall);
  const type = checkType(call);
  switch (type) {
    case Type.LIST_FILES:
      return await listFiles(exchange, call, context.files);
    case Type.READ_FILE:
      return await readFile(exchange, call, context.files);
    case Type.LAUNCH_NESTED_CONTAINER_SESSION:
      return launchSession(exchange, call, context);
    case Type.WAIT_NESTED_CONTAINER:
    case Type.WAIT_CONTAINER:
      return await waitForSession(exchange, call, context);
    case Type.GET_CONTAINERS:
      return await getContainers(exchange, context.agent);
    case Type.GET_METRICS:
      return answerMessage(exchange, AgentResponse, getMetrics(context.metrics()));
    case Type.SET_LOGGING_LEVEL:
      if (call.setLoggingLevel == null) throw missing('set_logging_level');
      setLoggingLevel(call.setLoggingLevel, context.daemon.verbosity);
      return answerEmpty(exchange.response, 200);
    default: {
      const answer = answerRead(type, context.agent, context.daemon);
      if (answer === undefined) throw new HttpRefusal(501, `The call ${Type[type]} is not served by this release`);
      answerMessage(exchange, AgentResponse, answer);
    }
  }
}

async function getContainers(exchange: Exchange, agent: Agent): Promise<void> {
  const containers = (await measureContainers(agent)).map(({ executor, statistics }) => ({
    frameworkId: { value: executor.framework.id },
    executorId: { value: executor.id },
    executorName: executor.info.name ?? '',
    containerId: { value: executor.containerId },
    containerStatus: { containerId: { value: executor.containerId }, executorPid: executor.pid ?? null },
    resourceStatistics: statistics ?? null,
  }));
  answerMessage(exchange, AgentResponse, {
    type: mesos.v1.agent.Response.Type.GET_CONTAINERS,
    getContainers: { containers },
  });
}

function getMetrics(metrics: readonly Metric[]): AgentResponse {
  return {
    type: mesos.v1.agent.Response.Type.GET_METRICS,
    getMetrics: { metrics: metrics.map(({ name, value }) => ({ name, value })) },
  };
}

async function listFiles(exchange: Exchange, call: AgentCall, files: SandboxFiles): Promise<void> {
  if (call.listFiles == null) throw missing('list_files');
  const fileInfos = await files.list(call.listFiles.path);
  if (fileInfos === undefined) throw new HttpRefusal(404, '');
  answerMessage(exchange, AgentResponse, {
    type: mesos.v1.agent.Response.Type.LIST_FILES,
    listFiles: { fileInfos },
  });
}

async function readFile(exchange: Exchange, call: AgentCall, files: SandboxFiles): Promise<void> {
  if (call.readFile == null) throw missing('read_file');
  const { path, offset, length } = call.readFile;
  const piece = await files.read(path, offset, length ?? undefined);
  if (piece === undefined) throw new HttpRefusal(404, '');
  answerMessage(exchange, AgentResponse, { type: mesos.v1.agent.Response.Type.READ_FILE, readFile: piece });
}

function checkType(call: AgentCall): mesos.v1.agent.Call.Type {
  const type = call.type ?? Type.UNKNOWN;
  if (type === Type.UNKNOWN || Type[type] === undefined) throw missing('type');
  return type;
}

const missing = (field: string) =>
  new HttpRefusal(400, `Failed to validate agent::Call: Expecting '${field}' to be present`);
