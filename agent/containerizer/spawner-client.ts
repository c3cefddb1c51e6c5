import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError, messageOf } from '../../common/runtime/errors.js';
import type { Logger } from '../../common/runtime/logger.js';
import { makeDirectory } from '../../common/runtime/make-directory.js';
import { SPAWNER_MARKER } from './spawner/adoption.js';
import { LineReader } from './spawner/lines.js';
import { SPAWNER_THREADS, spawnerArguments } from './spawner/program.js';
import {
  CONTAINER_MARKER,
  PROTOCOL_VERSION,
  parseGeneration,
  type Reply,
  type Request,
  socketName,
} from './spawner/protocol.js';

/** What the spawner says when an agent connects: all it knows. */
export type Welcome = Extract<Reply, { op: 'welcome' }>;

/** What it says of one container. */
export type News = Exclude<Reply, { op: 'welcome' | 'replaced' }>;

/** Who listens to the spawner. */
export interface SpawnerListener {
  /** Connected, again after the spawner died or was replaced: what was asked before and is not in there was lost. */
  welcomed(welcome: Welcome): void;
  told(reply: News): void;
}

/** How the spawner of one agent is found, and started when there is none. */
export interface SpawnerOptions {
  /** Absolute; made if missing, and ours alone. Holds the socket and the records of containers. */
  readonly runtimeDir: string;
  readonly logger: Logger;
  /** How long a spawner stays that runs nothing and serves nobody. Default 60 s. */
  readonly idleMs?: number;
  /** Arguments for Node that run the spawner. Default: the one that this was shipped with. */
  readonly program?: readonly string[];
}

const DEFAULT_IDLE_MS = 60_000;
const RETRY_MS = 100;
/** A machine under load may take long to start Node; meanwhile nobody else starts one. */
const START_MS = 10_000;
const START_POLL_MS = 5;
/** How long the spawner may take to hear that it is to go. */
const STOP_MS = 2_000;

/** The agent's end of the spawner: finds it, starts it when it is missing, and connects again when it is lost. */
export class SpawnerClient {
  readonly #options: SpawnerOptions;
  readonly #listener: SpawnerListener;
  #directory: { readonly path: string; readonly handle: FileHandle } | undefined;
  #socket: Socket | undefined;
  #welcome: Welcome | undefined;
  #stopped = false;

  constructor(options: SpawnerOptions, listener: SpawnerListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Connects in the background, for as long as it takes. Throws when the runtime directory cannot be used. */
  async start(): Promise<void> {
    this.#directory = await openRuntimeDir(this.#options.runtimeDir);
    void this.#run();
  }

  /** Sends a request; false when nobody is there to hear it, which `welcomed` makes good for. */
  send(request: Request): boolean {
    if (this.#welcome === undefined) return false;
    this.#socket?.write(`${JSON.stringify(request)}\n`);
    return true;
  }

  /** A second connection, on which a session is asked for; undefined while there is no spawner. */
  openSession(request: Omit<Extract<Request, { op: 'session' }>, 'op' | 'epoch'>): Socket | undefined {
    const path = this.#socketPath;
    if (path === undefined || this.#welcome === undefined) return undefined;
    const socket = connect(path);
    socket.write(`${JSON.stringify({ op: 'session', epoch: this.#welcome.epoch, ...request })}\n`);
    return socket;
  }

  /** Disconnects; the spawner stays, with all it runs, unless `andSpawner` tells it to go when that has ended. */
  async stop(andSpawner = false): Promise<void> {
    this.#stopped = true;
    const socket = this.#socket;
    if (andSpawner && this.send({ op: 'stop' })) {
      // Closing first might lose the request: news on their way to a closed end break the connection.
      await Promise.race([new Promise((closed) => socket?.once('close', closed)), sleep(STOP_MS)]);
    }
    this.#welcome = undefined;
    socket?.destroy();
    await this.#directory?.handle.close();
    this.#directory = undefined;
  }

  #socketPath: string | undefined;

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#connectOnce();
      } catch (error) {
        if (this.#stopped) return;
        this.#options.logger.warn('Spawner not reached', { error: messageOf(error) });
        await sleep(RETRY_MS);
      }
    }
  }

  /** Connects, starting a spawner if need be, and returns when the connection is over. */
  async #connectOnce(): Promise<void> {
    const directory = this.#directory;
    if (directory === undefined) return;
    const latest = await latestGeneration(directory.path);
    // A path through our descriptor is short, wherever the directory is: sockets' paths may have 107 bytes.
    const pathOf = (generation: number) => `/proc/self/fd/${directory.handle.fd}/${socketName(generation)}`;
    let socket = latest > 0 ? await tryConnect(pathOf(latest)) : undefined;
    let generation = latest;
    if (socket === undefined) {
      generation = latest + 1;
      this.#options.logger.info('Spawner started', { generation });
      await startSpawner(directory.path, generation, this.#options);
      socket = await connectInTime(pathOf(generation));
    }
    if (this.#stopped) {
      socket.destroy();
      return;
    }
    this.#socketPath = pathOf(generation);
    await this.#converse(socket);
  }

  async #converse(socket: Socket): Promise<void> {
    const lines = new LineReader();
    this.#socket = socket;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {}); // `close` follows
    socket.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) this.#hear(JSON.parse(line) as Reply, socket);
    });
    socket.write(`${JSON.stringify({ op: 'hello', version: PROTOCOL_VERSION })}\n`);
    await closed;
    this.#welcome = undefined;
    this.#socket = undefined;
    if (!this.#stopped) this.#options.logger.warn('Spawner connection lost');
  }

  #hear(reply: Reply, socket: Socket): void {
    if (this.#stopped) return;
    if (reply.op === 'replaced') {
      // Connecting again would throw the other agent out in turn, for ever.
      this.#options.logger.error('Another agent uses this runtime directory: containers are no longer controlled');
      void this.stop();
      return;
    }
    if (reply.op !== 'welcome') {
      this.#listener.told(reply);
      return;
    }
    if (reply.version !== PROTOCOL_VERSION) {
      this.#options.logger.error('Spawner speaks another version', { version: reply.version });
      socket.destroy();
      return;
    }
    this.#welcome = reply;
    this.#listener.welcomed(reply);
  }
}

async function openRuntimeDir(path: string): Promise<{ path: string; handle: FileHandle }> {
  await makeDirectory(path, 0o700);
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  const { uid } = await handle.stat();
  if (uid !== process.getuid?.()) {
    await handle.close();
    throw new CodedError(
      'REFUSED',
      `Cannot use runtime directory '${path}': it belongs to user ${uid}, ours is wanted`,
    );
  }
  await handle.chmod(0o700);
  return { path: await realpath(path), handle };
}

async function latestGeneration(runtimeDir: string): Promise<number> {
  const generations = (await readdir(runtimeDir)).map(parseGeneration).filter((value) => value > 0);
  return Math.max(0, ...generations);
}

/** Undefined when the spawner of this socket is dead: a live one listens before its socket has this name. */
async function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
  });
}

async function connectInTime(path: string): Promise<Socket> {
  for (const endAt = performance.now() + START_MS; performance.now() < endAt; await sleep(START_POLL_MS)) {
    const exists = await stat(path).then(
      () => true,
      () => false,
    );
    const socket = exists ? await tryConnect(path) : undefined;
    if (socket !== undefined) return socket;
  }
  throw new CodedError('TIMED_OUT', `Cannot start spawner: no socket after ${START_MS} ms, see spawner.log`);
}

async function startSpawner(runtimeDir: string, generation: number, options: SpawnerOptions): Promise<void> {
  const program = options.program ?? spawnerArguments();
  const idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
  const log = await open(join(runtimeDir, 'spawner.log'), 'a', 0o600);
  try {
    const marker = process.env[CONTAINER_MARKER]; // an agent inside a container of another agent ends with it
    spawn(process.execPath, [...program, runtimeDir, String(generation), String(idleMs)], {
      detached: true,
      cwd: '/',
      env: {
        [SPAWNER_MARKER]: runtimeDir,
        UV_THREADPOOL_SIZE: SPAWNER_THREADS,
        ...(marker === undefined ? {} : { [CONTAINER_MARKER]: marker }),
      },
      stdio: ['ignore', log.fd, log.fd],
    })
      .on('error', () => {}) // the missing socket is reported
      .unref();
  } finally {
    await log.close();
  }
}
