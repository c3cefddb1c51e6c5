import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { findProcesses, type LocalProcess, signal, waitUntilGone } from './processes.js';
import { forgetCluster, readCluster } from './state.js';

/** Longest wait for the supervisor to stop every daemon, in ms: each has 20 s before it is killed. */
const STOP_BOUND_MS = 90_000;
/** How long a daemon may take to end when asked directly, in ms. */
const LEFT_OVER_BOUND_MS = 20_000;
const TASK_GRACE_MS = 3_000;
const HELPER_BOUND_MS = 5_000;

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
  const daemons = (await findProcesses(stateDir)).filter(({ kind }) => kind === 'daemon');
  const leaves = (name: string) => tasks === 'with-tasks' && name.startsWith('agent');
  // Agents take their leave of the master, so it goes last.
  for (const group of [daemons.filter(({ name }) => name !== 'master'), daemons]) {
    for (const { pid, name } of group) signal(pid, leaves(name) ? 'SIGUSR1' : 'SIGTERM');
    await waitUntilGone(pidsOf(group), LEFT_OVER_BOUND_MS);
  }
  if (tasks === 'with-tasks') await endTasks(stateDir);
  await forgetCluster(stateDir);
  return daemons.map(({ name }) => name);
}

/** Ends the tasks that no agent was there to end, and the helpers that hold them. */
async function endTasks(stateDir: string): Promise<void> {
  const left = async (kind: LocalProcess['kind']) =>
    pidsOf((await findProcesses(stateDir)).filter((process) => process.kind === kind));
  const tasks = await left('task');
  for (const pid of tasks) signal(pid, 'SIGTERM');
  await waitUntilGone(tasks, TASK_GRACE_MS);
  await waitUntilGone(await left('helper'), HELPER_BOUND_MS); // they end by themselves when nothing is left to hold
}

const pidsOf = (processes: readonly LocalProcess[]) => processes.map(({ pid }) => pid);
