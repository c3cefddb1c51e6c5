import { createServer, type Server, type Socket } from 'node:net';
import type { Containers } from './containers.js';
import { LineReader } from './lines.js';
import { FRAME, PROTOCOL_VERSION, type Reply, type Request, toFrame } from './protocol.js';
import type { Records } from './records.js';
import { serveSession } from './session-server.js';
import type { Stragglers } from './stragglers.js';

/** What a spawner that has become the only one works with. */
export interface Ledger {
  readonly records: Records;
  readonly containers: Containers;
}

/** Who is connected, and who hears of ends. Only the agent that said `hello` last is obeyed. */
export class SpawnerServer {
  readonly #stragglers: Stragglers;
  readonly #connections = new Set<Socket>();
  #ledger: Ledger | undefined;
  #agent: Socket | undefined;
  #epoch = 0;
  #stopping = false;

  constructor(stragglers: Stragglers) {
    this.#stragglers = stragglers;
  }

  /** A server that takes connections at once and serves them when `ready` is done. */
  listenWhen(ready: Promise<Ledger>): Server {
    return createServer((socket) => {
      this.#connections.add(socket);
      socket.on('error', () => {}); // `close` follows
      socket.once('close', () => this.#connections.delete(socket));
      ready.then((ledger) => {
        this.#ledger = ledger;
        this.#serve(socket, ledger);
      });
    });
  }

  /** Tells the agent, if one is connected; one that connects later reads it in its `welcome`. */
  tell(reply: Reply): void {
    this.#agent?.write(`${JSON.stringify(reply)}\n`);
  }

  /** Whether nobody would miss this process: at once if told to stop, else when nobody is connected either. */
  get idle(): boolean {
    const quiet = (this.#ledger?.containers.live ?? 1) === 0 && !this.#stragglers.busy;
    return quiet && (this.#stopping || this.#connections.size === 0);
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  #serve(socket: Socket, ledger: Ledger): void {
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
            this.#startSession(socket, request, ledger.containers);
          } else this.#obey(socket, request, ledger);
        }
      } catch (error) {
        console.error(`Cannot serve a connection: ${String(error)}`);
        socket.destroy();
      }
    });
  }

  #obey(socket: Socket, request: Exclude<Request, { op: 'session' }>, ledger: Ledger): void {
    const { containers, records } = ledger;
    if (request.op !== 'hello' && socket !== this.#agent) return;
    switch (request.op) {
      case 'hello':
        this.#welcome(socket, ledger);
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
        records.confirmBoot();
        break;
      case 'stop':
        this.#stopping = true;
        socket.end(); // says that it was heard
    }
  }

  #welcome(socket: Socket, { containers, records }: Ledger): void {
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
      fresh: !records.isOfThisBoot(),
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
