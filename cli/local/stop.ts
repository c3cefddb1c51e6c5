import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import type { LocalCluster } from './plan.js';
import { readCluster } from './state.js';

/** Longest wait for every daemon to stop, in ms: each has 15 s before it is killed. */
const STOP_BOUND_MS = 60_000;

/** Asks the supervisor to stop every daemon and the tasks with them, and waits until it is gone. */
export async function stopCluster(cluster: LocalCluster): Promise<void> {
  process.kill(cluster.supervisorPid, 'SIGTERM');
  const endAtMs = performance.now() + STOP_BOUND_MS;
  while ((await readCluster(cluster.stateDir)) !== undefined) {
    if (performance.now() > endAtMs)
      throw new CommandFailure(
        EXIT.timedOut,
        `Cannot stop the cluster: its supervisor (pid ${cluster.supervisorPid}) still runs after ${STOP_BOUND_MS / 1_000} s`,
        `look into ${cluster.stateDir}/log/supervisor.log`,
      );
    await sleep(50);
  }
}
