import { frameworkId } from '../../common/ids.js';
import { answerEmpty, answerText } from '../../common/net/http/answer.js';
import { chooseEventMedia } from '../../common/net/http/event-media.js';
import { HttpRefusal } from '../../common/net/http/http-refusal.js';
import { RecordStream } from '../../common/net/http/record-stream.js';
import type { Exchange } from '../../common/net/http/router.js';
import { encodeAs, readCall } from '../../common/net/http/v1-call.js';
import { SchedulerCall, SchedulerEvent } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';
import type { Master } from '../master.js';
import { validateCall } from '../validation/call.js';
import { textOf } from '../validation/reasons.js';
import type { SchedulerHttpStream, SchedulerHttpStreams } from './scheduler-streams.js';

const { SUBSCRIBE, UPDATE_FRAMEWORK } = mesos.v1.scheduler.Call.Type;

/** Ties the calls of a scheduler, each a request of its own, to its event stream. */
const STREAM_ID = 'Mesos-Stream-Id';

/**
 * Serves `POST /api/v1/scheduler`: SUBSCRIBE is answered with the stream of events, everything else with 202. What is
 * checked first and what later is the original's order, for a call with several faults is told the first.
 */
export async function serveSchedulerCall(
  exchange: Exchange,
  master: Master,
  streams: SchedulerHttpStreams,
): Promise<void> {
  const call = await readCall(exchange.request, SchedulerCall);
  const reasons = validateCall(call);
  if (reasons.length > 0) throw new HttpRefusal(400, `Failed to validate scheduler::Call: ${textOf(reasons)}`);
  if (call.type === SUBSCRIBE) subscribe(exchange, master, streams, call);
  else answerCall(exchange, master, streams, call);
}

function subscribe(
  { request, response }: Exchange,
  master: Master,
  streams: SchedulerHttpStreams,
  call: SchedulerCall,
): void {
  const { media, contentHeaders } = chooseEventMedia(request.headers);
  if (streamIdOf(request.headers) !== undefined) {
    throw new HttpRefusal(400, `Subscribe calls should not include the '${STREAM_ID}' header`);
  }
  // The client may have left while its call was read. Then nobody would tell that the stream has closed.
  if (response.destroyed) return;
  const headers: Record<string, string> = { ...contentHeaders };
  const link = new RecordStream<SchedulerEvent>(response, {
    headers,
    encode: (event) => encodeAs(media, SchedulerEvent, event),
    closed: (reason) => {
      streams.remove(link);
      session.closed(reason);
    },
  });
  const session = master.schedulerConnected(link);
  headers[STREAM_ID] = streams.add(link, session).id;
  const outcome = session.received(call);
  if (outcome.kind === 'accepted') {
    link.open();
  } else {
    streams.remove(link);
    answerText(response, outcome.status, outcome.message);
  }
}

function answerCall(
  { request, response }: Exchange,
  master: Master,
  streams: SchedulerHttpStreams,
  call: SchedulerCall,
): void {
  const streamId = streamIdOf(request.headers);
  if (streamId === undefined) {
    throw new HttpRefusal(400, `All non-subscribe calls should include the '${STREAM_ID}' header`);
  }
  const { session } = findStream(master, streams, call.frameworkId?.value ?? '', streamId);
  const outcome = session.received(call);
  if (outcome.kind === 'refused') answerText(response, outcome.status, outcome.message);
  else answerEmpty(response, call.type === UPDATE_FRAMEWORK ? 200 : 202);
}

/** The stream over which the framework is subscribed, if the caller may speak for it. */
function findStream(master: Master, streams: SchedulerHttpStreams, id: string, streamId: string): SchedulerHttpStream {
  const framework = master.frameworks.live.get(frameworkId(id));
  if (framework === undefined || framework.leaving) throw new HttpRefusal(400, 'Framework cannot be found');
  const { connection } = framework;
  if (connection.kind !== 'connected') throw new HttpRefusal(403, 'Framework is not subscribed');
  const stream = streams.of(connection.link);
  if (stream === undefined) throw new HttpRefusal(403, 'Framework is not connected via HTTP');
  if (streamId !== stream.id) {
    const problem = "included in this request didn't match the stream ID currently associated with framework ID";
    throw new HttpRefusal(400, `The stream ID '${streamId}' ${problem} ${id}`);
  }
  return stream;
}

function streamIdOf(headers: Readonly<Record<string, string | string[] | undefined>>): string | undefined {
  const value = headers[STREAM_ID.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}
