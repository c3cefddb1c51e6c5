import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { CodedError, messageOf } from '../runtime/errors.js';
import { looksLikeHttp2 } from './preface.js';

/** Where to listen and within which limits. */
export interface OnePortOptions {
  /** Address to bind, such as `127.0.0.1` or `0.0.0.0`. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Connections beyond this many are closed at once. Default 10,000: a process has 20,000 descriptors to plan with. */
  readonly maxConnections?: number;
  /** How long a client may take to say which protocol it speaks, and to send its headers. Default 10,000. */
  readonly helloTimeoutMs?: number;
  /** How long a whole HTTP request may take to arrive. Default 60,000. */
  readonly requestTimeoutMs?: number;
  /** How long an idle HTTP connection is kept for the client's next request. Default 15,000. */
  readonly idleTimeoutMs?: number;
}

/** What a daemon serves on its one port. */
export interface PortServices {
  readonly http: RequestListener;
  /** Gets the connections that open with the HTTP/2 preface; absent: they are closed. */
  readonly grpc?: GrpcServer;
}

/** A listening port on which HTTP/1.1 and gRPC share connections. */
export interface OnePort {
  readonly host: string;
  /** The port that was bound, also when 0 was asked for. */
  readonly port: number;
  /** Closes the connection of a peer named as gRPC names it (`ip:port`), with all its streams. */
  dropPeer(peer: string): void;
  /**
   * Stops listening, ends idle connections, lets the others finish for at most `graceMs`, then destroys what is left.
   * Safe to call twice.
   */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens. A port that is taken or an address that is not this machine's is told by a `CodedError` with what to do.
 *
 * The HTTP server owns the listening socket, so that all of Node's limits apply to its connections; its connection
 * listener is called only once the first bytes have shown that HTTP/1.1 is spoken. TLS will wrap the socket before
 * that look.
 */
export async function openOnePort(options: OnePortOptions, services: PortServices): Promise<OnePort> {
  const helloTimeoutMs = options.helloTimeoutMs ?? 10_000;
  const server = createServer(
    {
      headersTimeout: helloTimeoutMs,
      requestTimeout: options.requestTimeoutMs ?? 60_000,
      keepAliveTimeout: options.idleTimeoutMs ?? 15_000,
      connectionsCheckingInterval: Math.min(5_000, helloTimeoutMs),
      noDelay: true,
    },
    services.http,
  );
  server.maxConnections = options.maxConnections ?? 10_000;
  const serveHttp = takeConnectionListener(server);
  const injector = services.grpc?.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Map<string, Socket>();

  server.on('connection', (socket: Socket) => {
    const peer = peerName(socket);
    sockets.set(peer, socket);
    socket.once('close', () => sockets.delete(peer));
    socket.on('error', () => socket.destroy()); // resets are everyday; whoever serves the socket hears its close
    awaitFirstBytes(socket, helloTimeoutMs, (http2) => {
      if (!http2) {
        serveHttp(socket);
      } else if (injector !== undefined) {
        // As an HTTP/1.1 server wants it, our end would outlive the client's: a client that died would not be missed.
        socket.allowHalfOpen = false;
        injector.injectConnection(socket);
      } else socket.destroy();
    });
  });

  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    host: options.host,
    port,
    dropPeer: (peer) => sockets.get(peer.replace(/^\[(.*)\]/, '$1'))?.destroy(),
    close: (graceMs) => {
      closing ??= closeAll(server, sockets, () => injector?.drain(graceMs), graceMs).finally(() => injector?.destroy());
      return closing;
    },
  };
}

/** Node's own handler of an HTTP connection, taken off the server so that we decide when it runs. */
function takeConnectionListener(server: HttpServer): (socket: Socket) => void {
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  return (socket) => {
    for (const listener of listeners) listener.call(server, socket);
  };
}

/** Looks at the first bytes without consuming them. A client that sends none in time is closed. */
function awaitFirstBytes(socket: Socket, timeoutMs: number, decided: (http2: boolean) => void): void {
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  const gone = () => clearTimeout(timer);
  socket.once('close', gone);
  let start: Buffer = Buffer.alloc(0);
  const look = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk !== null) start = Buffer.concat([start, chunk]);
    const verdict = looksLikeHttp2(start);
    if (verdict === 'unsure') {
      if (!socket.readableEnded) socket.once('readable', look);
      return;
    }
    clearTimeout(timer);
    socket.removeListener('close', gone);
    socket.unshift(start);
    decided(verdict === 'yes');
  };
  socket.once('readable', look);
}

async function listen(server: HttpServer, { host, port }: OnePortOptions): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: 1024 }, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  } catch (error) {
    throw new CodedError('BAD_FLAGS', `Cannot listen on ${host}:${port}: ${listenProblem(error)}`, { cause: error });
  }
}

function listenProblem(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return 'the port is in use, stop the process that holds it or choose another with --port';
    case 'EADDRNOTAVAIL':
      return 'the address is not one of this machine, choose another with --ip';
    case 'EACCES':
      return 'the port is reserved for root, choose one above 1023 with --port';
    default:
      return messageOf(error);
  }
}

async function closeAll(
  server: HttpServer,
  sockets: ReadonlyMap<string, Socket>,
  drain: () => void,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  drain();
  const deadline = setTimeout(() => {
    for (const socket of sockets.values()) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(deadline);
}

const peerName = (socket: Socket) => `${socket.remoteAddress}:${socket.remotePort}`;
