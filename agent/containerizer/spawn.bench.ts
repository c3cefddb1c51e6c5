import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../common/runtime/logger.js';
import { PosixContainerizer } from './posix-containerizer.js';
import { spawnerArguments } from './spawner/program.js';

const CONTAINERS = 500;
const ROUNDS = 3;

/** Launches containers through a spawner of its own: rates, and the memory of all that is ours (Pss). */
export default async function bench({ progress }: { progress(text: string): void }) {
  const root = mkdtempSync(join(tmpdir(), 'meseta-bench-'));
  const built = new URL('../../dist/agent/containerizer/spawner/', import.meta.url);
  const shipped = existsSync(built) ? [...spawnerArguments(built.href)] : undefined;
  const [workDir, runtimeDir] = [join(root, 'work'), join(root, 'run')];
  mkdirSync(workDir);
  const containerizer = new PosixContainerizer({
    workDir,
    runtimeDir,
    logger: silentLogger,
    fetch: async () => {},
    ...(shipped && { spawnerProgram: shipped }),
  });
  const runner = new Runner(containerizer, workDir);
  try {
    await containerizer.start();
    await new Promise((resolve) => containerizer.recover([], resolve));
    await runner.run('exit 0', 100); // warm
    const [ended, launched, idle, loaded, own]: number[][] = [[], [], [], [], []];
    for (let round = 0; round < ROUNDS; round++) {
      progress(`round ${round + 1} of ${ROUNDS}`);
      ended?.push(CONTAINERS / (await runner.run('exit 0', CONTAINERS)).endedS);
      const [spawnerBefore, selfBefore] = [pssMib(spawnerPid(runtimeDir)), pssMib(process.pid)];
      const running = await runner.start('exec sleep 1000', CONTAINERS);
      launched?.push(CONTAINERS / running.startedS);
      const [spawnerAfter, selfAfter] = [pssMib(spawnerPid(runtimeDir)), pssMib(process.pid)];
      idle?.push(spawnerBefore);
      loaded?.push(spawnerAfter);
      own?.push(((spawnerAfter - spawnerBefore + selfAfter - selfBefore) / CONTAINERS) * 1024);
      for (const id of running.ids) containerizer.destroy(id);
      await running.ended;
    }
    return {
      name: `Spawner, ${CONTAINERS} containers`,
      rows: [
        row('launched, still running', 'per s', launched),
        row('launched, ended, exit on disk', 'per s', ended),
        row('spawner idle', 'MiB', idle),
        row(`spawner with ${CONTAINERS}`, 'MiB', loaded),
        row('ours per container', 'KiB', own),
      ],
      notes: shipped ? [] : ['the spawner ran from source, whose type stripping costs about 15 MiB: build first'],
    };
  } finally {
    await containerizer.stop(true);
    rmSync(root, { recursive: true, force: true });
  }
}

/** Starts many containers at once and waits for them. */
class Runner {
  readonly #containerizer: PosixContainerizer;
  readonly #workDir: string;
  #exited: (id: string) => void = () => {};

  constructor(containerizer: PosixContainerizer, workDir: string) {
    this.#containerizer = containerizer;
    this.#workDir = workDir;
    containerizer.onExit((id) => this.#exited(id));
  }

  async run(command: string, count: number) {
    const startedAt = performance.now();
    const { ids, ended } = await this.start(command, count);
    await ended;
    const endedS = (performance.now() - startedAt) / 1000;
    for (const id of ids) this.#containerizer.forget(id);
    return { endedS };
  }

  async start(command: string, count: number) {
    const ids = new Set<string>(Array.from({ length: count }, () => randomUUID()));
    const left = new Set(ids);
    const ended = new Promise<void>((resolve) => {
      this.#exited = (id) => {
        if (left.delete(id) && left.size === 0) resolve();
      };
    });
    const startedAt = performance.now();
    await Promise.all([...ids].map((id) => this.#launch(id, command)));
    return { ids, ended, startedS: (performance.now() - startedAt) / 1000 };
  }

  #launch(id: string, command: string): Promise<unknown> {
    const environment = { PATH: '/usr/bin:/bin' };
    const spec = { containerId: id, command: { value: command }, environment, directory: join(this.#workDir, id) };
    return new Promise((resolve) => this.#containerizer.launch(spec, resolve));
  }
}

function row(what: string, unit: string, values: readonly number[] = []) {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return { what, unit, median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, runs: sorted.length };
}

function spawnerPid(runtimeDir: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return Number(pids.find((pid) => readText(`/proc/${pid}/cmdline`).includes(`\0${runtimeDir}\0`)));
}

function pssMib(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1]) / 1024;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // gone meanwhile
  }
}
