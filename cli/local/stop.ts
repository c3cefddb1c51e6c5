import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { findProcesses, signal, waitUntilGone } from './processes.js';
import { forgetCluster, readCluster } from './state.js';

/** Longest wait for the supervisor to stop every daemon, in ms: each has 20 s before it is killed. */
const STOP_BOUND_MS = 90_000;
/** How long what a daemon or its helper may take to end when asked directly, in ms. */
const LEFT_OVER_BOUND_MS = 20_000;

/** Asks the supervisor to stop every daemon and the tasks with them, waits, and ends whatever is left. */
export async function stopCluster(stateDir: string, supervisorPid: number): Promise<void> {
  signal(supervisorPid, 'SIGTERM');
  const endAtMs = performance.now() + STOP_BOUND_MS;
  while ((await readCluster(stateDir)) !== undefined) {
    if (performance.now() > endAtMs)
      throw new CommandFailure(
        EXIT.timedOut,
        `Cannot stop the cluster: its supervisor (pid ${supervisorPid}) still runs after ${STOP_BOUND_MS / 1_000} s`,
        `look into ${stateDir}/log/supervisor.log`,
      );
    await sleep(50);
  }
  await stopLeftOvers(stateDir, 'with-tasks');
}

/**
 * Stops what a supervisor has left behind: `with-tasks` for good; `without` so that the daemons can be started again
 * and tasks go on meanwhile. Gives the names of the daemons that it found.
 */
export async function stopLeftOvers(stateDir: string, tasks: 'with-tasks' | 'without'): Promise<string[]> {
  const daemons = (await findProcesses(stateDir)).filter(({ daemon }) => daemon !== undefined);
  const leaving = (name: string) => tasks === 'with-tasks' && name.startsWith('agent');
  for (const { pid, daemon = '' } of daemons.filter(({ daemon }) => daemon !== 'master'))
    signal(pid, leaving(daemon) ? 'SIGUSR1' : 'SIGTERM');
  // Agents take their leave of the master, so it goes last.
  await waitUntilGone(
    daemons.filter(({ daemon }) => daemon !== 'master').map(({ pid }) => pid),
    LEFT_OVER_BOUND_MS,
  );
  for (const { pid } of daemons.filter(({ daemon }) => daemon === 'master')) signal(pid, 'SIGTERM');
  await waitUntilGone(
    daemons.map(({ pid }) => pid),
    LEFT_OVER_BOUND_MS,
  );
  // A helper that outlives its agent holds tasks that are to go on; it ends by itself when there are none.
  if (tasks === 'with-tasks') {
    const helpers = await findProcesses(stateDir);
    await waitUntilGone(
      helpers.map(({ pid }) => pid),
      LEFT_OVER_BOUND_MS,
    );
  }
  await forgetCluster(stateDir);
  return daemons.map(({ daemon = '' }) => daemon);
}
