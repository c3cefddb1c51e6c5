import type { CallOutcome } from '../../common/call-outcome.js';
import { answerEmpty, answerText } from '../../common/net/http/answer.js';
import { HttpRefusal } from '../../common/net/http/http-refusal.js';
import { RecordStream } from '../../common/net/http/record-stream.js';
import type { Exchange } from '../../common/net/http/router.js';
import { chooseAnswerMedia, encodeAs, readCall } from '../../common/net/http/v1-call.js';
import { ExecutorCall, ExecutorEvent } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';
import type { Agent } from '../agent.js';

const { Type } = mesos.v1.executor.Call;

/** Serves `POST /api/v1/executor`: SUBSCRIBE is answered with the stream of events, everything else with 202. */
export async function serveExecutorCall(exchange: Exchange, agent: Agent): Promise<void> {
  if (agent.standing === 'recovering') throw new HttpRefusal(503, 'Agent has not finished recovery');
  const call = await readCall(exchange.request, ExecutorCall);
  checkCall(call);
  const token = bearerToken(exchange.request.headers.authorization);
  if (call.type === Type.SUBSCRIBE) subscribe(exchange, agent, call, token);
  else answerOutcome(exchange, agent.executorCall(call, token));
}

function subscribe({ request, response }: Exchange, agent: Agent, call: ExecutorCall, token: string | undefined): void {
  const media = chooseAnswerMedia(request.headers.accept);
  const stream = new RecordStream<ExecutorEvent>(response, {
    headers: { 'Content-Type': media },
    encode: (event) => encodeAs(media, ExecutorEvent, event),
    closed: () => agent.executorDisconnected(stream),
  });
  const outcome = agent.executorSubscribe(call, stream, token);
  if (outcome.kind === 'accepted') stream.open();
  else answerText(response, outcome.status, outcome.message);
}

function answerOutcome({ response }: Exchange, outcome: CallOutcome): void {
  if (outcome.kind === 'accepted') answerEmpty(response, 202);
  else answerText(response, outcome.status, outcome.message);
}

function checkCall(call: ExecutorCall): void {
  const type = call.type ?? Type.UNKNOWN;
  if (type === Type.UNKNOWN || Type[type] === undefined) throw missing('type');
  if (type === Type.SUBSCRIBE && call.subscribe == null) throw missing('subscribe');
  if (type === Type.UPDATE && call.update == null) throw missing('update');
  if (type === Type.MESSAGE && call.message == null) throw missing('message');
}

const missing = (field: string) =>
  new HttpRefusal(400, `Failed to validate executor::Call: Expecting '${field}' to be present`);

function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
