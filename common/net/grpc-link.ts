import { Client, credentials, type Server, type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { Dialer, Link, Receiver } from '../link.js';
import { messageOf } from '../runtime/errors.js';
import type { Logger } from '../runtime/logger.js';
import { BatchWriter } from './batch-writer.js';

/** How the messages of one end of a link travel. A batch is a message that holds only repeated fields. */
export interface BatchCodec<Outgoing, Incoming> {
  /** The encoding of a batch that holds just this message; several of them end to end are one batch. */
  encode(message: Outgoing): Uint8Array;
  /** The messages of a batch, in order. Throws when the bytes are no batch. */
  decode(batch: Uint8Array): Incoming[];
}

/** One gRPC method that carries a link, as seen from one of its ends. */
export interface LinkMethod<Outgoing, Incoming> {
  /** Such as `/meseta.v1.AgentLink/Connect`. */
  readonly path: string;
  readonly codec: BatchCodec<Outgoing, Incoming>;
}

/** Bounds of a link; each has a default. */
export interface LinkLimits {
  /** A batch is cut once it holds this much. Default 1 MiB. */
  readonly maxBatchBytes?: number;
  /** Largest single message, both ways. Default 32 MiB. */
  readonly maxMessageBytes?: number;
  /** What may wait for a peer that does not read; beyond it the link is dropped. Default 64 MiB. */
  readonly maxWaitingBytes?: number;
  /** How long the peer gets, after `close`, to take what was sent. Default 5,000. */
  readonly closeTimeoutMs?: number;
  /** Silence after which a ping asks whether the peer lives. Default 10,000. */
  readonly keepaliveMs?: number;
  /** How long the answer to such a ping may take. Default 10,000. */
  readonly keepaliveTimeoutMs?: number;
}

const DEFAULTS: Required<LinkLimits> = {
  maxBatchBytes: 2 ** 20,
  maxMessageBytes: 32 * 2 ** 20,
  maxWaitingBytes: 64 * 2 ** 20,
  closeTimeoutMs: 5_000,
  keepaliveMs: 10_000,
  keepaliveTimeoutMs: 10_000,
};

/** A connection on which nobody has opened a stream for so long is closed. */
const IDLE_CONNECTION_MS = 60_000;

/** Options for the `Server` of grpc-js whose links keep to `limits`. */
export function grpcServerOptions(limits: LinkLimits = {}): Record<string, number> {
  const { maxBatchBytes, maxMessageBytes, keepaliveMs, keepaliveTimeoutMs } = { ...DEFAULTS, ...limits };
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
  const bounds = { ...DEFAULTS, ...limits };
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
  const bounds = { ...DEFAULTS, ...limits };
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

interface LinkEndPorts<Outgoing, Incoming> {
  readonly codec: BatchCodec<Outgoing, Incoming>;
  readonly bounds: Required<LinkLimits>;
  readonly log: Logger;
  readonly write: (batch: Uint8Array, written: () => void) => void;
  readonly end: () => void;
  /** Ends the stream without waiting for anything. */
  readonly destroy: () => void;
}

/** What both ends share: batching, bounds, and the promise that `closed` comes once, last and in a later turn. */
class LinkEnd<Outgoing, Incoming> implements Link<Outgoing> {
  readonly #ports: LinkEndPorts<Outgoing, Incoming>;
  readonly #writer: BatchWriter;
  #receiver: Receiver<Incoming> | undefined;
  #open = true;
  #deadline: NodeJS.Timeout | undefined;

  constructor(ports: LinkEndPorts<Outgoing, Incoming>) {
    this.#ports = ports;
    this.#writer = new BatchWriter(
      {
        write: ports.write,
        end: ports.end,
        overflowed: (waitingBytes) => this.#drop(`the peer does not read: ${waitingBytes} bytes wait for it`),
      },
      ports.bounds,
    );
  }

  /** Must be called in the turn in which the end was made. */
  attach(receiver: Receiver<Incoming>): void {
    this.#receiver = receiver;
  }

  send(message: Outgoing): void {
    if (!this.#open) return;
    const bytes = this.#ports.codec.encode(message);
    if (bytes.length > this.#ports.bounds.maxMessageBytes) {
      this.#drop(`a message of ${bytes.length} bytes exceeds the bound of ${this.#ports.bounds.maxMessageBytes}`);
      return;
    }
    this.#writer.push(bytes);
  }

  close(): void {
    if (!this.#open) return;
    this.#writer.end();
    this.#deadline = setTimeout(() => this.#ports.destroy(), this.#ports.bounds.closeTimeoutMs).unref();
    this.#finish('closed by this side');
  }

  arrived(batch: Uint8Array): void {
    if (!this.#open) return;
    let messages: Incoming[];
    try {
      messages = this.#ports.codec.decode(batch);
    } catch (error) {
      this.#drop(`what the peer sent cannot be read: ${messageOf(error)}`);
      return;
    }
    for (const message of messages) {
      if (!this.#open) return;
      this.#deliver(message);
    }
  }

  /** What was sent before `close` is on its way: nothing is left that a bound must end. */
  flushed(): void {
    clearTimeout(this.#deadline);
  }

  /** The stream ended, by the peer or by accident. */
  broke(reason: string): void {
    clearTimeout(this.#deadline);
    this.#writer.abandon();
    this.#finish(reason);
  }

  #deliver(message: Incoming): void {
    try {
      this.#receiver?.received(message);
    } catch (error) {
      // A bug of ours, met while serving one peer: it costs that peer its connection, not everyone the daemon.
      this.#ports.log.error('Message could not be handled', { error });
      this.#drop('a message could not be handled');
    }
  }

  #drop(reason: string): void {
    this.#writer.abandon();
    this.#ports.log.warn('Link dropped', { reason });
    this.#finish(reason);
    this.#ports.destroy();
  }

  #finish(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    setImmediate(() => this.#receiver?.closed(reason));
  }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const asIs = (bytes: Buffer): Buffer => bytes;
