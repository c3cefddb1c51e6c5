import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DAEMON_NODE_OPTIONS, DIST } from './daemon-program.js';
import type { Daemon } from './plan.js';
import { restartDelayMs } from './restart-delay.js';

/** How long a daemon may take to stop before it is killed, in ms: agents wait for their tasks. */
const STOP_BOUND_MS = 20_000;
/** A daemon that ran this long was well: the next failure is the first again. In ms. */
const WELL_AFTER_MS = 30_000;

interface Running {
  readonly daemon: Daemon;
  readonly child: ChildProcess;
  readonly failures: number;
  readonly startedAtMs: number;
}

/**
 * Keeps the daemons of a local cluster alive: restarts what dies, with growing delays, until told to stop. Runs in a
 * process of its own, so that `up` may return and its terminal be closed.
 */
export class Supervisor {
  readonly #running = new Map<string, Running>();
  readonly #stateDir: string;
  readonly #daemons: readonly Daemon[];
  #stopping = false;

  constructor(stateDir: string, daemons: readonly Daemon[]) {
    this.#stateDir = stateDir;
    this.#daemons = daemons;
  }

  start(): void {
    for (const daemon of this.#daemons) this.#launch(daemon, 0);
  }

  /** Stops in the reverse order of the flow: submitter, agents with their tasks, then the master. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const named = (prefix: string) =>
      [...this.#running.values()].filter(({ daemon }) => daemon.name.startsWith(prefix));
    for (const prefix of ['jobs', 'agent', 'master']) await Promise.all(named(prefix).map(stopOne));
  }

  #launch(daemon: Daemon, failures: number): void {
    mkdirSync(dirname(daemon.logFile), { recursive: true, mode: 0o700 });
    const log = openSync(daemon.logFile, 'a', 0o600);
    const args = [...DAEMON_NODE_OPTIONS, join(DIST, daemon.script), ...daemon.args];
    const child = spawn(process.execPath, args, { stdio: ['ignore', log, log], cwd: this.#stateDir });
    closeSync(log);
    const running: Running = { daemon, child, failures, startedAtMs: performance.now() };
    this.#running.set(daemon.name, running);
    child.once('exit', (code, signal) => this.#exited(running, code, signal));
    child.once('error', () => this.#exited(running, null, null));
  }

  #exited(running: Running, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping || this.#running.get(running.daemon.name) !== running) return;
    this.#running.delete(running.daemon.name);
    const failures = performance.now() - running.startedAtMs > WELL_AFTER_MS ? 1 : running.failures + 1;
    const delayMs = restartDelayMs(failures);
    report('Daemon ended, restarting', { daemon: running.daemon.name, code, signal, delayMs });
    setTimeout(() => {
      if (!this.#stopping) this.#launch(running.daemon, failures);
    }, delayMs);
  }
}

async function stopOne({ daemon, child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(daemon.stopSignal);
  const killer = setTimeout(() => {
    report('Daemon does not stop, killing it', { daemon: daemon.name });
    child.kill('SIGKILL');
  }, STOP_BOUND_MS);
  await gone;
  clearTimeout(killer);
}

function report(msg: string, fields: Readonly<Record<string, unknown>>): void {
  console.error(
    JSON.stringify({ time: new Date().toISOString(), level: 'warn', component: 'supervisor', msg, ...fields }),
  );
}
