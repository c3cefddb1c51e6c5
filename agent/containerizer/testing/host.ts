import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../common/runtime/logger.js';
import type { CommandInfo } from '../../../proto/index.js';
import type { ContainerExit, ContainerSpec, LaunchFailure, RecoveredContainer } from '../containerizer.js';
import { PosixContainerizer } from '../posix-containerizer.js';
import { readStat, scanProcesses } from '../spawner/processes.js';
import { CONTAINER_MARKER, parseGeneration } from '../spawner/protocol.js';

const DEADLINE_MS = 15_000;

/** What test containers have as PATH. */
export const PATH = '/usr/bin:/bin';

/** Waits until `holds`, and throws with `what` when that takes too long. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const endAt = Date.now() + DEADLINE_MS; !(await holds()); await new Promise((next) => setTimeout(next, 10))) {
    if (Date.now() > endAt) throw new Error(`Not so within ${DEADLINE_MS} ms: ${what}`);
  }
}

/** An agent as far as containers are concerned, in this process. */
export class ContainerAgent {
  readonly exits = new Map<string, ContainerExit[]>();
  readonly containerizer: PosixContainerizer;

  constructor(root: string) {
    this.containerizer = new PosixContainerizer({
      workDir: root,
      runtimeDir: join(root, 'run'),
      logger: silentLogger,
      fetch: async () => {},
    });
    this.containerizer.onExit((id, exit) => this.exits.set(id, [...(this.exits.get(id) ?? []), exit]));
  }

  recover(known: readonly string[]): Promise<ReadonlyMap<string, RecoveredContainer>> {
    return new Promise((resolve) => this.containerizer.recover(known, resolve));
  }

  launch(spec: ContainerSpec): Promise<{ pid: number } | LaunchFailure> {
    return new Promise((resolve) => this.containerizer.launch(spec, resolve));
  }

  /** Launches, and gives the pid or throws. */
  async pidOf(spec: ContainerSpec): Promise<number> {
    const outcome = await this.launch(spec);
    if ('pid' in outcome) return outcome.pid;
    throw new Error(outcome.message);
  }

  /** Waits for the first exit that is told of a container. */
  async exitOf(id: string): Promise<ContainerExit | undefined> {
    await until(`${id} has ended`, () => this.exits.has(id));
    return this.exits.get(id)?.[0];
  }
}

/** A work directory, the agents on it one after the other, and all that must be gone in the end. */
export class Host {
  readonly root: string;
  readonly #agents: ContainerAgent[] = [];

  private constructor(root: string) {
    this.root = root;
  }

  static create(): Host {
    return new Host(realpathSync(mkdtempSync(join(tmpdir(), 'meseta-host-'))));
  }

  /** A host with an agent that runs one container: a task that does nothing, for long. */
  static async withTask(): Promise<{ host: Host; agent: ContainerAgent; task: ContainerSpec }> {
    const host = Host.create();
    const agent = await host.startAgent();
    await agent.recover([]);
    const task = host.container('exec sleep 1000');
    await agent.pidOf(task);
    return { host, agent, task };
  }

  async startAgent(): Promise<ContainerAgent> {
    const agent = new ContainerAgent(this.root);
    this.#agents.push(agent);
    await agent.containerizer.start();
    return agent;
  }

  /** A shell line or a command, as a container of its own. */
  container(command: string | CommandInfo, id: string = randomUUID()): ContainerSpec {
    const info = typeof command === 'string' ? { value: command } : command;
    return { containerId: id, command: info, environment: { PATH }, directory: join(this.root, 'runs', id) };
  }

  output({ directory }: ContainerSpec, name = 'stdout'): string {
    return readFileSync(join(directory, name), 'utf8');
  }

  /** Where the spawner keeps its records. */
  get journal(): string {
    return join(this.root, 'run/containers');
  }

  /** The lines on record of a container. */
  recorded({ containerId }: ContainerSpec): string {
    const lines = readFileSync(this.journal, 'utf8').split('\n');
    return lines.filter((line) => line.includes(containerId)).join('\n');
  }

  /** Generations of the sockets that exist. */
  generations(): number[] {
    return readdirSync(join(this.root, 'run'))
      .map(parseGeneration)
      .filter((generation) => generation > 0);
  }

  /** Pids of the spawners of this host, one at most. */
  spawners(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && isSpawner(pid, join(this.root, 'run')) && readStat(pid)?.zombie === false);
  }

  /** Pids of processes that any container of this host started and that carry its marker. */
  async processes(): Promise<number[]> {
    const ids = existsSync(join(this.root, 'runs')) ? readdirSync(join(this.root, 'runs')) : [];
    const marks = ids.map((id) => `\0${CONTAINER_MARKER}=${id}\0`);
    const found = await scanProcesses();
    return found.filter(({ environment }) => marks.some((mark) => environment.includes(mark))).map(({ pid }) => pid);
  }

  /** Ends everything and checks that nothing is left. */
  async dispose(): Promise<void> {
    for (const { containerizer } of this.#agents) await containerizer.stop();
    const last = await this.startAgent();
    await last.recover([]);
    await until('all containers are gone', async () => (await this.processes()).length === 0);
    await last.containerizer.stop(true);
    await until('the spawner is gone', () => this.spawners().length === 0);
    rmSync(this.root, { recursive: true, force: true });
  }
}

function isSpawner(pid: number, runtimeDir: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`\0${runtimeDir}\0`);
  } catch {
    return false;
  }
}
