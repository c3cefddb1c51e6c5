import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { mesos } from '../../proto/index.js';
import { masterClient } from '../cluster/operator-client.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { machineOf } from './machine.js';
import {
  type Daemon,
  type LocalCluster,
  type LocalOptions,
  logFileOf,
  planCluster,
  planFileOf,
  planSchema,
} from './plan.js';
import { daemonsThatFail } from './restarts.js';
import { readCluster } from './state.js';

/** Longest wait for the cluster to be ready, in ms. */
const READY_BOUND_MS = 60_000;

/** Starts a local cluster and waits until every agent and the jobs framework have registered. */
export async function startCluster(options: LocalOptions, tell: (text: string) => void): Promise<LocalCluster> {
  const { stateDir } = options;
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const daemons = planCluster(options, await machineOf(stateDir));
  await refuseTakenPorts(daemons);
  await writeFile(planFileOf(stateDir), JSON.stringify(daemons), { mode: 0o600 });
  return await supervise(stateDir, daemons, tell);
}

/** Starts the cluster of this folder as it was started before. */
export async function restartCluster(stateDir: string, tell: (text: string) => void): Promise<LocalCluster> {
  const daemons = planSchema.parse(JSON.parse(await readFile(planFileOf(stateDir), 'utf8')));
  await refuseTakenPorts(daemons);
  return await supervise(stateDir, daemons, tell);
}

async function supervise(
  stateDir: string,
  daemons: readonly Daemon[],
  tell: (text: string) => void,
): Promise<LocalCluster> {
  const sinceIso = new Date().toISOString();
  await spawnSupervisor(stateDir);
  return await waitUntilReady(stateDir, daemons, sinceIso, tell);
}

async function refuseTakenPorts(daemons: readonly Daemon[]): Promise<void> {
  const taken: string[] = [];
  for (const { name, address } of daemons) {
    const reason = await whyNotFree(address);
    if (reason !== undefined) taken.push(`  ${name} wants ${address}: ${reason}`);
  }
  if (taken.length > 0)
    throw new CommandFailure(
      EXIT.failed,
      `Cannot start the cluster, its addresses are not free:\n${taken.join('\n')}`,
      'stop what listens there (ss -ltnp shows it), or choose others: meseta up --port N --agent-port N --jobs-port N',
    );
}

function whyNotFree(address: string): Promise<string | undefined> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'something listens there already' : error.message),
    );
    probe.listen({ host, port: Number(port) }, () => probe.close(() => resolve(undefined)));
  });
}

async function spawnSupervisor(stateDir: string): Promise<void> {
  const logFile = logFileOf(stateDir, 'supervisor');
  await mkdir(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, 'a', 0o600);
  const script = fileURLToPath(new URL('./supervise.js', import.meta.url));
  const args = ['--max-old-space-size=64', script, stateDir, planFileOf(stateDir)];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log], cwd: stateDir });
  closeSync(log);
  child.unref();
}

async function waitUntilReady(
  stateDir: string,
  daemons: readonly Daemon[],
  sinceIso: string,
  tell: (text: string) => void,
): Promise<LocalCluster> {
  const endAtMs = performance.now() + READY_BOUND_MS;
  const agents = daemons.filter(({ name }) => name.startsWith('agent')).length;
  for (;;) {
    const cluster = await readCluster(stateDir);
    const missing = cluster === undefined ? 'the supervisor' : await whatIsMissing(cluster.master, agents);
    if (cluster !== undefined && missing === '') return cluster;
    const failing = await daemonsThatFail(logFileOf(stateDir, 'supervisor'), sinceIso);
    if (failing.length > 0) throw await notReady(stateDir, daemons, `${failing.join(', ')} cannot start`, EXIT.failed);
    if (performance.now() > endAtMs) {
      const what = `${missing} is not ready after ${READY_BOUND_MS / 1_000} s`;
      throw await notReady(stateDir, daemons, what, EXIT.timedOut);
    }
    tell(`waiting for ${missing}`);
    await sleep(50);
  }
}

async function notReady(
  stateDir: string,
  daemons: readonly Daemon[],
  what: string,
  exitCode: number,
): Promise<CommandFailure> {
  return new CommandFailure(
    exitCode,
    `Cannot start the cluster: ${what}\n${await lastWords(daemons)}`,
    `look into ${join(stateDir, 'log')}, then: meseta down`,
  );
}

async function whatIsMissing(master: string, wanted: number): Promise<string> {
  const client = masterClient(master, 'the local cluster');
  const calls = mesos.v1.master.Call.Type;
  try {
    const agents = await client.call({ type: calls.GET_AGENTS });
    const active = (agents.getAgents?.agents ?? []).filter((agent) => agent.active === true).length;
    if (active < wanted) return `agents (${active} of ${wanted})`;
    const frameworks = await client.call({ type: calls.GET_FRAMEWORKS });
    const jobs = (frameworks.getFrameworks?.frameworks ?? []).some(
      ({ frameworkInfo, connected }) => frameworkInfo.name === 'jobs' && connected === true,
    );
    return jobs ? '' : 'the jobs framework';
  } catch (error) {
    if (error instanceof CommandFailure) return 'the master';
    throw error;
  }
}

/** The last line of each daemon's log, for an error that explains itself. */
async function lastWords(daemons: readonly Daemon[]): Promise<string> {
  const lines = await Promise.all(
    daemons.map(async ({ name, logFile }) => {
      const text = await readFile(logFile, 'utf8').catch(() => '');
      return `  ${name}: ${text.trimEnd().split('\n').at(-1)?.slice(0, 300) ?? ''}`;
    }),
  );
  return lines.join('\n');
}
