import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../common/runtime/logger.js';
import type { ContainerSpec } from './containerizer.js';
import { PosixContainerizer } from './posix-containerizer.js';

/** What this benchmark prints. Memory in KiB of Pss. */
export interface LaunchFigures {
  readonly containers: number;
  readonly launchesPerSecond: number;
  /** From the first launch to the last exit told, of containers that end at once. */
  readonly completionsPerSecond: number;
  readonly spawnerIdleKib: number;
  readonly spawnerLoadedKib: number;
  /** Growth of the spawner and of this process per container that runs; the container's own process apart. */
  readonly oursPerContainerKib: number;
}

/** Launches containers through a spawner of its own and measures both sides. */
export async function benchLaunch(containers = 500): Promise<LaunchFigures> {
  const root = mkdtempSync(join(tmpdir(), 'meseta-bench-'));
  mkdirSync(join(root, 'work'));
  const runtimeDir = join(root, 'run');
  const containerizer = new PosixContainerizer({
    workDir: join(root, 'work'),
    runtimeDir,
    logger: silentLogger,
    fetch: async () => {},
  });
  await containerizer.start();
  await new Promise((resolve) => containerizer.recover([], resolve));
  try {
    const run = (command: string, count: number) => runMany(containerizer, join(root, 'work'), command, count);
    await run('exit 0', 50); // warm
    const short = await run('exit 0', containers);
    const [spawnerIdleKib, selfIdleKib] = [pssKib(spawnerPid(runtimeDir)), pssKib(process.pid)];
    const long = await run('exec sleep 1000', containers);
    const [spawnerLoadedKib, selfLoadedKib] = [pssKib(spawnerPid(runtimeDir)), pssKib(process.pid)];
    const grown = spawnerLoadedKib - spawnerIdleKib + selfLoadedKib - selfIdleKib;
    for (const id of long.ids) containerizer.destroy(id);
    await long.ended;
    return {
      containers,
      launchesPerSecond: Math.round((containers / long.startedMs) * 1000),
      completionsPerSecond: Math.round((containers / (await short.ended)) * 1000),
      spawnerIdleKib,
      spawnerLoadedKib,
      oursPerContainerKib: Math.round(grown / containers),
    };
  } finally {
    await containerizer.stop(true);
    rmSync(root, { recursive: true, force: true });
  }
}

async function runMany(containerizer: PosixContainerizer, workDir: string, command: string, count: number) {
  const ids = new Set(Array.from({ length: count }, () => randomUUID()));
  const startedAt = performance.now();
  let left = count;
  const ended = new Promise<number>((resolve) => {
    containerizer.onExit((id) => {
      if (!ids.has(id as ReturnType<typeof randomUUID>) || --left > 0) return;
      resolve(performance.now() - startedAt);
    });
  });
  const spec = (id: string): ContainerSpec => ({
    containerId: id,
    command: { value: command },
    environment: { PATH: '/usr/bin:/bin' },
    directory: join(workDir, 'runs', id),
  });
  const launch = (id: string) => new Promise((resolve) => containerizer.launch(spec(id), resolve));
  await Promise.all([...ids].map(launch));
  const startedMs = performance.now() - startedAt;
  if (command.startsWith('exit')) await ended;
  return { ids, startedMs, ended };
}

function spawnerPid(runtimeDir: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`\0${runtimeDir}\0`));
  return Number(found);
}

function pssKib(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
}
