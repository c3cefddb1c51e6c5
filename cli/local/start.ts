import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { mesos } from '../../proto/index.js';
import { masterClient } from '../cluster/operator-client.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { type Daemon, type LocalCluster, type LocalOptions, type Machine, planCluster } from './plan.js';
import { readCluster } from './state.js';

/** Longest wait for the cluster to be ready, in ms. */
const READY_BOUND_MS = 60_000;
const MIB = 1024 * 1024;

/** Starts a local cluster and waits until every agent and the jobs framework have registered. */
export async function startCluster(options: LocalOptions, tell: (text: string) => void): Promise<LocalCluster> {
  await mkdir(options.stateDir, { recursive: true, mode: 0o700 });
  const daemons = planCluster(options, await measureMachine(options.stateDir));
  await refuseTakenPorts(daemons);
  await spawnSupervisor(options.stateDir, daemons);
  return await waitUntilReady(options, daemons, tell);
}

async function measureMachine(folder: string): Promise<Machine> {
  const disk = await statfs(folder);
  return {
    cpus: availableParallelism(),
    memMib: Math.floor(totalmem() / MIB),
    diskMib: Math.floor((disk.bavail * disk.bsize) / MIB),
  };
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

async function spawnSupervisor(stateDir: string, daemons: readonly Daemon[]): Promise<void> {
  const planFile = join(stateDir, 'plan.json');
  await writeFile(planFile, JSON.stringify(daemons), { mode: 0o600 });
  await mkdir(join(stateDir, 'log'), { recursive: true, mode: 0o700 });
  const log = openSync(join(stateDir, 'log', 'supervisor.log'), 'a', 0o600);
  const script = fileURLToPath(new URL('./supervise.js', import.meta.url));
  const child = spawn(process.execPath, ['--max-old-space-size=64', script, stateDir, planFile], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: stateDir,
  });
  closeSync(log);
  child.unref();
}

async function waitUntilReady(
  options: LocalOptions,
  daemons: readonly Daemon[],
  tell: (text: string) => void,
): Promise<LocalCluster> {
  const endAtMs = performance.now() + READY_BOUND_MS;
  const client = masterClient(`127.0.0.1:${options.port}`, 'the local cluster');
  let missing = 'the supervisor';
  while (performance.now() < endAtMs) {
    const cluster = await readCluster(options.stateDir);
    missing = cluster === undefined ? 'the supervisor' : await whatIsMissing(client, options.agents);
    if (cluster !== undefined && missing === '') return cluster;
    tell(`waiting for ${missing}`);
    await sleep(50);
  }
  throw new CommandFailure(
    EXIT.timedOut,
    `Cannot start the cluster: ${missing} is not ready after ${READY_BOUND_MS / 1_000} s\n${await lastWords(daemons)}`,
    `look into ${join(options.stateDir, 'log')}, then: meseta down`,
  );
}

async function whatIsMissing(client: ReturnType<typeof masterClient>, wanted: number): Promise<string> {
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
