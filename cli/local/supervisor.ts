import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Daemon, LocalCluster } from './plan.js';
import { truncatedBackoffMs } from './restart-delay.js';
import { forgetCluster, writeCluster } from './state.js';

/** How long a daemon may take to stop before it is killed, in ms. */
const STOP_BOUND_MS = 15_000;
const DIST = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

interface Running {
  readonly daemon: Daemon;
  child: ChildProcess;
  failures: number;
  startedAtMs: number;
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

  async start(): Promise<void> {
    for (const daemon of this.#daemons) this.#launch(daemon, 0);
    const master = this.#daemons.find(({ name }) => name === 'master');
    const cluster: LocalCluster = {
      supervisorPid: process.pid,
      startedAt: new Date().toISOString(),
      master: master?.address ?? '',
      stateDir: this.#stateDir,
      daemons: this.#daemons.map(({ name, address, logFile }) => ({ name, address, logFile })),
    };
    await writeCluster(cluster);
  }

  /** Stops in the reverse order of the flow: submitter, agents with their tasks, then the master. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const named = (prefix: string) =>
      [...this.#running.values()].filter(({ daemon }) => daemon.name.startsWith(prefix));
    for (const prefix of ['jobs', 'agent', 'master']) await Promise.all(named(prefix).map(stopOne));
    await forgetCluster(this.#stateDir);
  }

  #launch(daemon: Daemon, failures: number): void {
    mkdirSync(dirname(daemon.logFile), { recursive: true, mode: 0o700 });
    const log = openSync(daemon.logFile, 'a', 0o600);
    const script = join(DIST, daemon.script);
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...daemon.args], {
      stdio: ['ignore', log, log],
      cwd: this.#stateDir,
    });
    closeSync(log);
    const running: Running = { daemon, child, failures, startedAtMs: performance.now() };
    this.#running.set(daemon.name, running);
    child.once('exit', (code, signal) => this.#exited(running, code, signal));
    child.once('error', () => this.#exited(running, null, null));
  }

  #exited(running: Running, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping || this.#running.get(running.daemon.name) !== running) return;
    const failures = performance.now() - running.startedAtMs > 30_000 ? 0 : running.failures + 1;
    const delayMs = truncatedBackoffMs(failures);
    report('Daemon ended, restarting', { daemon: running.daemon.name, code, signal, delayMs });
    setTimeout(() => {
      if (!this.#stopping) this.#launch(running.daemon, failures);
    }, delayMs);
  }
}

async function stopOne({ daemon, child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(daemon.stopSignal);
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_BOUND_MS);
  await gone;
  clearTimeout(killer);
}

function report(msg: string, fields: Record<string, unknown>): void {
  console.error(
    JSON.stringify({ time: new Date().toISOString(), level: 'warn', component: 'supervisor', msg, ...fields }),
  );
}
