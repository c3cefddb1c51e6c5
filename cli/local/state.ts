import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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

/** The cluster that runs from this folder; undefined when none does, also when its supervisor died without a word. */
export async function readCluster(stateDir: string): Promise<LocalCluster | undefined> {
  const text = await readFile(fileOf(stateDir), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const cluster = clusterSchema.safeParse(parseJson(text));
  if (!cluster.success || !(await isSupervisor(cluster.data.supervisorPid, stateDir))) return undefined;
  return cluster.data;
}

/** Writes where the cluster can be found; a reader sees the old or the new file, never half of one. */
export async function writeCluster(cluster: LocalCluster): Promise<void> {
  await mkdir(cluster.stateDir, { recursive: true, mode: 0o700 });
  const temporary = `${fileOf(cluster.stateDir)}.new`;
  await writeFile(temporary, `${JSON.stringify(cluster, undefined, 2)}\n`);
  await rename(temporary, fileOf(cluster.stateDir));
}

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
