import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { LocalCluster } from './plan.js';

/** Folder of the local cluster: MESETA_HOME, else $XDG_STATE_HOME/meseta, else ~/.local/state/meseta. */
export function stateDirOf(env: NodeJS.ProcessEnv): string {
  const home = env['MESETA_HOME'];
  if (home !== undefined && home !== '') return resolve(home);
  const xdg = env['XDG_STATE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.local', 'state'), 'meseta');
}

const clusterSchema = z.object({
  supervisorPid: z.number().int().positive(),
  startedAt: z.string(),
  master: z.string(),
  stateDir: z.string(),
  daemons: z.array(z.object({ name: z.string(), address: z.string(), logFile: z.string() })),
});

const fileOf = (stateDir: string) => join(stateDir, 'cluster.json');

/**
 * What is known of the cluster of a folder. `running`: its supervisor lives. `orphaned`: the supervisor died without a
 * word, its daemons may still run.
 */
export type ClusterState =
  | { readonly kind: 'none' }
  | { readonly kind: 'running' | 'orphaned'; readonly cluster: LocalCluster };

/** Reads `cluster.json`; absent, unreadable or of another shape counts as `none`. Never throws. */
export async function readState(stateDir: string): Promise<ClusterState> {
  const text = await readFile(fileOf(stateDir), 'utf8').catch(() => undefined);
  const cluster = text === undefined ? undefined : clusterSchema.safeParse(parseJson(text));
  if (cluster === undefined || !cluster.success) return { kind: 'none' };
  const lives = await isSupervisor(cluster.data.supervisorPid, stateDir);
  return { kind: lives ? 'running' : 'orphaned', cluster: cluster.data };
}

/** The cluster that runs from this folder; undefined when none does, also when its supervisor died without a word. */
export async function readCluster(stateDir: string): Promise<LocalCluster | undefined> {
  const state = await readState(stateDir);
  return state.kind === 'running' ? state.cluster : undefined;
}

/**
 * Writes where the cluster can be found, unless another supervisor lives that has: of several started at once, one wins.
 * A reader never sees half of a file.
 */
export async function claimState(cluster: LocalCluster): Promise<boolean> {
  const { stateDir } = cluster;
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const mine = `${fileOf(stateDir)}.${process.pid}`;
  await writeFile(mine, `${JSON.stringify(cluster, undefined, 2)}\n`);
  try {
    await link(mine, fileOf(stateDir));
    return true;
  } catch {
    if ((await readState(stateDir)).kind === 'running') return false;
    await rename(mine, fileOf(stateDir));
    return (await readCluster(stateDir))?.supervisorPid === cluster.supervisorPid;
  } finally {
    await rm(mine, { force: true });
  }
}

/** Removes `cluster.json`; everything else in the folder stays. No error when there is none. */
export async function forgetCluster(stateDir: string): Promise<void> {
  await rm(fileOf(stateDir), { force: true });
}

/** Whether `pid` is a supervisor of this folder and not another process that was given its number. */
async function isSupervisor(pid: number, stateDir: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return commandLine === undefined || commandLine.split('\0').includes(stateDir);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
