import { RecordStream } from '../../common/net/http/record-stream.js';
import type { Exchange } from '../../common/net/http/router.js';
import { chooseAnswerMedia, encodeAs, type MessageMedia } from '../../common/net/http/v1-call.js';
import type { Clock } from '../../common/runtime/clock.js';
import { allowsMedia, ProcessIO, RECORDIO_MEDIA } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';
import type { SessionHandle, SessionListener } from './api-ports.js';

const { Type } = mesos.v1.agent.ProcessIO;
const { STDOUT, STDERR } = mesos.v1.agent.ProcessIO.Data.Type;
const { HEARTBEAT } = mesos.v1.agent.ProcessIO.Control.Type;

/** What goes with a session's stream. */
export interface SessionStreamOptions {
  readonly clock: Clock;
  /** Time between two signs of life, which keep whatever stands between from closing a silent stream. */
  readonly heartbeatMs: number;
  readonly start: (listener: SessionListener) => SessionHandle;
  /** Called once, last. */
  readonly ended: SessionListener['ended'];
}

/**
 * Answers with what a session prints, until it ends. A client that does not keep up holds the session back, and one
 * that leaves kills it.
 */
export function streamSession(exchange: Exchange, { clock, heartbeatMs, start, ended }: SessionStreamOptions): void {
  const { media, headers } = chooseStreamMedia(exchange);
  const stream = new RecordStream<ProcessIO>(exchange.response, {
    headers,
    encode: (message) => encodeAs(media, ProcessIO, message),
    pressure: (high) => (high ? session.pause() : session.resume()),
    closed: () => {
      beat.cancel();
      session.close();
    },
  });
  const session = start({
    output: (output, data) =>
      stream.send({ type: Type.DATA, data: { type: output === 'stdout' ? STDOUT : STDERR, data } }),
    ended: (end) => {
      ended(end);
      stream.close();
    },
  });
  const heartbeat = { interval: { nanoseconds: heartbeatMs * 1e6 } };
  const next = () =>
    clock.after(heartbeatMs, () => {
      stream.send({ type: Type.CONTROL, control: { type: HEARTBEAT, heartbeat } });
      beat = next();
    });
  let beat = next();
  stream.open();
}

/** Records of JSON or protobuf, as `Message-Accept` says where records are asked for by name. */
function chooseStreamMedia({ request }: Exchange): { media: MessageMedia; headers: Record<string, string> } {
  const { accept } = request.headers;
  if (accept === undefined || !allowsMedia(accept, RECORDIO_MEDIA)) {
    const media = chooseAnswerMedia(accept);
    return { media, headers: { 'Content-Type': media } };
  }
  const media = chooseAnswerMedia([request.headers['message-accept'] ?? []].flat().join(','));
  return { media, headers: { 'Content-Type': RECORDIO_MEDIA, 'Message-Content-Type': media } };
}
