import { createServer, type Server, type Socket } from 'node:net';
import type { Containers } from './containers.js';
import { LineReader } from './lines.js';
import { FRAME, PROTOCOL_VERSION, type Reply, type Request, toFrame } from './protocol.js';
import type { Records } from './records.js';
import { serveSession } from './session-server.js';
import type { Stragglers } from './stragglers.js';

/** Who is connected, and who hears of ends. Only the agent that said `hello` last is obeyed. */
export class SpawnerServer {
  readonly #records: Records;
  readonly #stragglers: Stragglers;
  readonly #connections = new Set<Socket>();
  #containers: Containers | undefined;
  #agent: Socket | undefined;
  #epoch = 0;
  #stopping = false;

  constructor(records: Records, stragglers: Stragglers) {
    this.#records = records;
    this.#stragglers = stragglers;
  }

  /** A server that takes connections at once and serves them when `ready` is done. */
  listenWhen(ready: Promise<Containers>): Server {
    return createServer((socket) => {
      this.#connections.add(socket);
      socket.on('error', () => {}); // `close` follows
      socket.once('close', () => this.#connections.delete(socket));
      ready.then((containers) => {
        this.#containers = containers;
        this.#serve(socket, containers);
      });
    });
  }

  /** Tells the agent, if one is connected; one that connects later reads it in its `welcome`. */
  tell(reply: Reply): void {
    this.#agent?.write(`${JSON.stringify(reply)}\n`);
  }

  /** Whether nobody would miss this process: at once if told to stop, else when nobody is connected either. */
  get idle(): boolean {
    const quiet = (this.#containers?.live ?? 1) === 0 && !this.#stragglers.busy;
    return quiet && (this.#stopping || this.#connections.size === 0);
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  #serve(socket: Socket, containers: Containers): void {
    const lines = new LineReader();
    let session = false;
    socket.on('data', (chunk: Buffer) => {
      if (session) return;
      try {
        for (const line of lines.push(chunk)) {
          if (socket.destroyed) return; // fenced off by what came before
          const request = JSON.parse(line) as Request;
          if (request.op === 'session') {
            session = true;
            this.#startSession(socket, request, containers);
          } else this.#obey(socket, request, containers);
        }
      } catch (error) {
        console.error(`Cannot serve a connection: ${String(error)}`);
        socket.destroy();
      }
    });
  }

  #obey(socket: Socket, request: Exclude<Request, { op: 'session' }>, containers: Containers): void {
    if (request.op !== 'hello' && socket !== this.#agent) return;
    switch (request.op) {
      case 'hello':
        this.#welcome(socket, containers);
        break;
      case 'launch':
        containers.launch(request.id, request.process);
        break;
      case 'signal':
        containers.signal(request.id, request.signal);
        break;
      case 'destroy':
        containers.destroy(request.id);
        break;
      case 'forget':
        containers.forget(request.id);
        break;
      case 'lost':
        containers.lose(request.id);
        break;
      case 'recovered':
        this.#records.confirmBoot();
        break;
      case 'stop':
        this.#stopping = true;
        socket.end(); // says that it was heard
    }
  }

  #welcome(socket: Socket, containers: Containers): void {
    if (this.#agent !== socket) {
      this.tell({ op: 'replaced' });
      this.#agent?.destroySoon();
    }
    this.#agent = socket;
    this.#stopping = false;
    socket.once('close', () => {
      if (this.#agent === socket) this.#agent = undefined;
    });
    this.tell({
      op: 'welcome',
      version: PROTOCOL_VERSION,
      epoch: ++this.#epoch,
      fresh: !this.#records.isOfThisBoot(),
      containers: containers.report(),
    });
  }

  #startSession(socket: Socket, request: Extract<Request, { op: 'session' }>, containers: Containers): void {
    const refuse = (message: string) =>
      socket.end(toFrame(FRAME.exit, Buffer.from(JSON.stringify({ kind: 'failed', message }))));
    if (request.epoch !== this.#epoch) refuse('The agent that asked was replaced by another');
    else if (containers.running(request.containerId) === undefined) refuse('The container is not running');
    else serveSession(socket, request, this.#stragglers);
  }
}
