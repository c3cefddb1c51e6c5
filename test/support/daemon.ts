import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { until } from './until.js';

/** Node of the checkout: what the daemons are run with. */
export const NODE = resolve('node_modules/node/bin/node');

/** A daemon as a real process, built by `scripts/build`. Every line it logs is kept in a file. */
export class Daemon {
  readonly name: string;
  readonly logFile: string;
  readonly #args: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;

  /** `args` begin with the script, such as `dist/master/main.js`. */
  constructor(name: string, args: readonly string[], logFile: string, env: NodeJS.ProcessEnv = process.env) {
    this.name = name;
    this.#args = args;
    this.logFile = logFile;
    this.#env = env;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.name} does not run`);
    return pid;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  start(): this {
    if (this.running) throw new Error(`${this.name} runs already`);
    const log = createWriteStream(this.logFile, { flags: 'a' });
    const child = spawn(NODE, ['--disable-warning=ExperimentalWarning', ...this.#args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.#env,
    });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    this.#child = child;
    return this;
  }

  /** Kills it at once and waits until it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to stop; kills it when it takes longer than `boundMs`. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', boundMs = 15_000): Promise<void> {
    const killer = setTimeout(() => this.#child?.kill('SIGKILL'), boundMs);
    await this.#end(signal);
    clearTimeout(killer);
  }

  /** Waits until it has left by itself; gives its exit code, null when a signal ended it. */
  async ended(boundMs = 30_000): Promise<number | null> {
    await until(`${this.name} to leave`, () => !this.running, boundMs);
    return this.#child?.exitCode ?? null;
  }

  /** Waits for a line of the log that holds `text`, written since the file began. */
  async logged(text: string, boundMs = 20_000): Promise<void> {
    await until(
      `${this.name} to log "${text}"`,
      async () => (await readFile(this.logFile, 'utf8')).includes(text),
      boundMs,
    );
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.running) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}

/** A port of `host` that nothing listens on now. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen({ host, port: 0 });
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP port was wanted');
  return address.port;
}
