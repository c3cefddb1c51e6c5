import { Client, credentials, type Server, type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { Dialer, Link, Receiver } from '../link.js';
import { messageOf } from '../runtime/errors.js';
import type { Logger } from '../runtime/logger.js';
import { LINK_DEFAULTS, LinkEnd, type LinkLimits, type LinkMethod } from './link-end.js';

/** A connection on which nobody has opened a stream for so long is closed. */
const IDLE_CONNECTION_MS = 60_000;

/** Options for the `Server` of grpc-js whose links keep to `limits`. */
export function grpcServerOptions(limits: LinkLimits = {}): Record<string, number> {
  const { maxBatchBytes, maxMessageBytes, keepaliveMs, keepaliveTimeoutMs } = { ...LINK_DEFAULTS, ...limits };
  return {
    'grpc.max_receive_message_length': maxMessageBytes + maxBatchBytes,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': keepaliveTimeoutMs,
    'grpc.max_connection_idle_ms': IDLE_CONNECTION_MS,
    'grpc.enable_channelz': 0,
  };
}

/** A dialer whose every `dial` opens a connection of its own: one attempt, no retries; whoever dials knows when to try again. */
export function grpcDialer<Outgoing, Incoming>(
  method: LinkMethod<Outgoing, Incoming>,
  log: Logger,
  limits: LinkLimits = {},
): Dialer<Outgoing, Incoming> {
  return { dial: (address, receiver) => dialGrpc(address, method, receiver, log, limits) };
}

/** Opens one link to `address` (`host:port`). A failure to connect comes through `closed`, as every other end does. */
export function dialGrpc<Outgoing, Incoming>(
  address: string,
  method: LinkMethod<Outgoing, Incoming>,
  receiver: Receiver<Incoming>,
  log: Logger,
  limits: LinkLimits = {},
): Link<Outgoing> {
  const bounds = { ...LINK_DEFAULTS, ...limits };
  const client = new Client(address, credentials.createInsecure(), {
    ...grpcServerOptions(limits),
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.enable_retries': 0,
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    // A pool of its own: the back-off of an earlier failure must not delay this attempt.
    'grpc.use_local_subchannel_pool': 1,
  });
  const call = client.makeBidiStreamRequest(method.path, asBuffer, asIs);
  const end = new LinkEnd<Outgoing, Incoming>({
    codec: method.codec,
    bounds,
    log: log.child({ peer: address }),
    write: (batch, written) => void call.write(batch, written),
    end: () => call.end(),
    destroy: () => call.cancel(),
  });
  call.on('data', (batch: Buffer) => end.arrived(batch));
  call.on('error', () => {}); // `status` tells the same
  call.on('status', ({ code, details }) => {
    client.close();
    end.broke(code === status.OK ? 'the peer closed the connection' : details);
  });
  end.attach(receiver);
  return end;
}

/**
 * Serves a link on `server`: `connected` is called for each stream that a peer opens, and answers with who is to hear
 * its messages. `dropPeer` closes the connection of a peer (`ip:port`) that does not take what waits for it.
 */
export function serveGrpcLink<Outgoing, Incoming>(
  server: Server,
  method: LinkMethod<Outgoing, Incoming>,
  connected: (link: Link<Outgoing>, peer: string) => Receiver<Incoming>,
  dropPeer: (peer: string) => void,
  log: Logger,
  limits: LinkLimits = {},
): void {
  const bounds = { ...LINK_DEFAULTS, ...limits };
  const handler = (call: ServerDuplexStream<Buffer, Uint8Array>) => {
    const peer = call.getPeer();
    const end = new LinkEnd<Outgoing, Incoming>({
      codec: method.codec,
      bounds,
      log: log.child({ peer }),
      write: (batch, written) => void call.write(batch, written),
      end: () => call.end(),
      destroy: () => dropPeer(peer),
    });
    call.on('data', (batch: Buffer) => end.arrived(batch));
    call.on('error', (error) => end.broke(messageOf(error)));
    call.on('cancelled', () => end.broke('the connection was lost'));
    call.on('close', () => end.broke('the connection was lost'));
    call.on('finish', () => end.flushed());
    call.on('end', () => {
      end.broke('the peer closed the connection');
      call.end();
    });
    end.attach(connected(end, peer));
  };
  server.register(method.path, handler, asBuffer, asIs, 'bidi');
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const asIs = (bytes: Buffer): Buffer => bytes;

export type { LinkLimits, LinkMethod } from './link-end.js';
