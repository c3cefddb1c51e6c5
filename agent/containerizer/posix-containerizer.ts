import { CodedError, messageOf } from '../../common/runtime/errors.js';
import type { Logger } from '../../common/runtime/logger.js';
import {
  type ContainerEntry,
  createEntry,
  neverRan,
  type Outcome,
  toExit,
  toRecovered,
  toState,
} from './container-entry.js';
import type { ContainerExit, Containerizer, ContainerSpec, RecoveredContainer } from './containerizer.js';
import type { Fetch } from './fetcher/fetch.js';
import { failure, isFailure } from './launch-failure.js';
import { Preparation } from './preparation.js';
import type { ContainerReport, ProcessSpec, RecordedExit } from './spawner/protocol.js';
import { type News, SpawnerClient, type Welcome } from './spawner-client.js';
import { passwdUsers, type Users } from './users.js';

/** What the plain containerizer of one agent needs; the paths are absolute. */
export interface PosixContainerizerOptions {
  /** Root of all sandboxes. Must exist. */
  readonly workDir: string;
  /** Where the spawner lives and keeps its records; a path of this agent alone. */
  readonly runtimeDir: string;
  readonly logger: Logger;
  readonly fetch: Fetch;
  /** Default: /etc/passwd. */
  readonly users?: Users;
  /** How long a spawner without containers and agent stays. Default 60 s. */
  readonly spawnerIdleMs?: number;
  /** Arguments for Node that run the spawner. Default: the one that this was shipped with. */
  readonly spawnerProgram?: readonly string[];
}

const SIGKILL = 9;

/** A containerizer of plain processes: no isolation, no root needed. See `spawner/main.ts` for who runs them. */
export class PosixContainerizer implements Containerizer {
  readonly #options: PosixContainerizerOptions;
  readonly #spawner: SpawnerClient;
  readonly #entries = new Map<string, ContainerEntry>();
  readonly #listeners: ((containerId: string, exit: ContainerExit) => void)[] = [];
  #preparation: Preparation | undefined;
  #known: Welcome | undefined;
  #recovery: ((welcome: Welcome) => void) | undefined;
  #recovered = false;
  #launchesFailed = 0;

  constructor(options: PosixContainerizerOptions) {
    this.#options = options;
    this.#spawner = new SpawnerClient(
      {
        runtimeDir: options.runtimeDir,
        logger: options.logger,
        ...(options.spawnerIdleMs !== undefined && { idleMs: options.spawnerIdleMs }),
        ...(options.spawnerProgram !== undefined && { program: options.spawnerProgram }),
      },
      { welcomed: (welcome) => this.#welcomed(welcome), told: (reply) => this.#told(reply) },
    );
  }

  /** Finds or starts the spawner. Throws when a directory cannot be used. Comes before `recover`. */
  async start(): Promise<void> {
    const { workDir, users = passwdUsers(), fetch } = this.#options;
    this.#preparation = await Preparation.create(workDir, users, fetch);
    await this.#spawner.start();
  }

  /** Lets go of the containers, which keep running; with `andSpawner` the spawner goes when none does. */
  async stop(andSpawner = false): Promise<void> {
    for (const { abort } of this.#entries.values()) abort.abort();
    await this.#spawner.stop(andSpawner);
  }

  launch(spec: ContainerSpec, started: (outcome: Outcome) => void): void {
    const known = this.#entries.get(spec.containerId);
    if (known !== undefined) {
      this.#await(known, started);
      return;
    }
    const entry = createEntry({ at: 'preparing', phase: 'sandbox' }, [started]);
    this.#entries.set(spec.containerId, entry);
    void this.#prepare(spec, entry);
  }

  signal(containerId: string, signal: number): void {
    const entry = this.#entries.get(containerId);
    if (entry?.state.at !== 'running' && entry?.state.at !== 'starting') return;
    if (signal === SIGKILL) entry.destroyed = true; // must not be lost with a spawner that dies
    this.#spawner.send({ op: 'signal', id: containerId, signal });
  }

  destroy(containerId: string): void {
    const entry = this.#entries.get(containerId);
    if (entry === undefined) return;
    entry.destroyed = true;
    entry.abort.abort();
    this.#spawner.send({ op: 'destroy', id: containerId });
  }

  onExit(listener: (containerId: string, exit: ContainerExit) => void): void {
    this.#listeners.push(listener);
  }

  recover(known: readonly string[], done: (found: ReadonlyMap<string, RecoveredContainer>) => void): void {
    this.#recovery = (welcome) => {
      this.#recovered = true;
      this.#recovery = undefined;
      const found = this.#adopt(known, welcome);
      done(found);
      for (const [id, { state }] of this.#entries) {
        // Asked for before there was a spawner; one that has heard of it starts nothing twice.
        if (state.at === 'starting') this.#spawner.send({ op: 'launch', id, process: state.process });
      }
      for (const [id, { state, ...rest }] of found) {
        if (state === 'exited' && 'exit' in rest) queueMicrotask(() => this.#tellExit(id, rest.exit));
      }
    };
    if (this.#known !== undefined) setImmediate(this.#recovery, this.#known);
  }

  forget(containerId: string): void {
    const at = this.#entries.get(containerId)?.state.at;
    if (at !== 'ended' && at !== 'failed') return;
    this.#entries.delete(containerId);
    this.#spawner.send({ op: 'forget', id: containerId });
  }

  /** The process that a command is, as sessions need it; throws a `LaunchFailure`. */
  toProcess(spec: ContainerSpec): Promise<ProcessSpec> {
    return this.#ready().toProcess(spec);
  }

  /** How many containers could not be started, for other reasons than that they were no longer wanted. */
  get launchesFailed(): number {
    return this.#launchesFailed;
  }

  /** Sandboxes (real paths) of the containers that run, for the rotation of their output. */
  sandboxes(): string[] {
    const running = [...this.#entries.values()].filter(({ state }) => state.at === 'running');
    return running.map(({ directory }) => directory).filter((directory) => directory !== undefined);
  }

  /** The connection to the spawner, for sessions. */
  get spawner(): SpawnerClient {
    return this.#spawner;
  }

  async #prepare(spec: ContainerSpec, entry: ContainerEntry): Promise<void> {
    try {
      const preparation = this.#ready();
      const process = await preparation.toProcess(spec);
      entry.directory = process.directory;
      await preparation.makeSandbox(spec, process);
      entry.state = { at: 'preparing', phase: 'fetch' };
      await preparation.fetch(spec, process, entry.abort.signal);
      if (entry.destroyed) throw failure('destroyed', 'Container destroyed while it was being prepared');
      entry.state = { at: 'starting', process };
      this.#spawner.send({ op: 'launch', id: spec.containerId, process });
    } catch (error) {
      this.#fail(spec.containerId, entry, error);
    }
  }

  #ready(): Preparation {
    if (this.#preparation === undefined) throw new CodedError('INTERNAL', 'Cannot launch: start comes first');
    return this.#preparation;
  }

  #fail(id: string, entry: ContainerEntry, error: unknown): void {
    const phase = entry.state.at === 'preparing' ? entry.state.phase : 'start';
    const told = isFailure(error) ? error : failure(phase, messageOf(error));
    const outcome = entry.destroyed ? failure('destroyed', `Container destroyed: ${told.message}`) : told;
    this.#options.logger.info('Container not started', { container: id, ...outcome });
    if (outcome.phase !== 'destroyed') this.#launchesFailed += 1;
    entry.state = { at: 'failed', failure: outcome };
    for (const started of entry.waiting.splice(0)) started(outcome);
  }

  #await(entry: ContainerEntry, started: (outcome: Outcome) => void): void {
    const { state } = entry;
    switch (state.at) {
      case 'preparing':
      case 'starting':
        entry.waiting.push(started);
        break;
      case 'running':
      case 'ended':
        setImmediate(started, { pid: state.pid });
        break;
      case 'failed':
        setImmediate(started, state.failure);
    }
  }

  #welcomed(welcome: Welcome): void {
    this.#known = welcome;
    if (!this.#recovered) {
      this.#recovery?.(welcome);
      return;
    }
    const reports = new Map(welcome.containers.map((report) => [report.id, report]));
    for (const [id, entry] of this.#entries) this.#reconcile(id, entry, reports.get(id));
    for (const report of reports.values()) if (!this.#entries.has(report.id)) this.#discard(report);
    this.#spawner.send({ op: 'recovered' });
  }

  /** Brings a container and what a spawner says of it together, after the connection was lost. */
  #reconcile(id: string, entry: ContainerEntry, report: ContainerReport | undefined): void {
    const { state } = entry;
    if (state.at === 'starting' && report === undefined) {
      if (entry.destroyed) this.#fail(id, entry, failure('destroyed', 'Container destroyed before it was started'));
      else this.#spawner.send({ op: 'launch', id, process: state.process });
      return;
    }
    if (state.at !== 'starting' && state.at !== 'running') return;
    if (report?.pid !== undefined) this.#started(id, report.pid);
    if (report === undefined || report.exit !== undefined) this.#ended(id, report?.exit ?? { kind: 'unknown' });
    else if (entry.destroyed) this.#spawner.send({ op: 'destroy', id });
  }

  #told(reply: News): void {
    switch (reply.op) {
      case 'started':
        this.#started(reply.id, reply.pid);
        break;
      case 'failed':
        this.#ended(reply.id, { kind: 'failed', message: reply.message });
        break;
      case 'exited':
        this.#ended(reply.id, reply.exit);
    }
  }

  #started(id: string, pid: number): void {
    const entry = this.#entries.get(id);
    if (entry?.state.at !== 'starting') return;
    entry.state = { at: 'running', pid };
    for (const started of entry.waiting.splice(0)) started({ pid });
  }

  #ended(id: string, exit: RecordedExit): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      if (this.#recovered) this.#spawner.send({ op: 'forget', id }); // destroyed because nobody knew it
      return;
    }
    if (entry.state.at === 'starting') this.#fail(id, entry, failure('start', neverRan(exit)));
    if (entry.state.at !== 'running') return;
    const told = toExit(exit);
    entry.state = { at: 'ended', pid: entry.state.pid, exit: told };
    this.#tellExit(id, told);
  }

  #tellExit(id: string, exit: ContainerExit): void {
    for (const listener of this.#listeners) listener(id, exit);
  }

  /** Takes over what the last agent left, and says what is found of `known`. */
  #adopt(known: readonly string[], { containers, fresh }: Welcome): Map<string, RecoveredContainer> {
    const reports = new Map(containers.map((report) => [report.id, report]));
    const found = new Map<string, RecoveredContainer>();
    for (const id of known) {
      const report = reports.get(id);
      // In a new runtime directory, or after a reboot, the lack of a record proves nothing.
      if (report === undefined && fresh) this.#spawner.send({ op: 'lost', id });
      const recovered = toRecovered(report, fresh);
      found.set(id, recovered);
      const state = toState(recovered, report?.pid ?? 0);
      const directory = report?.directory;
      if (state) this.#entries.set(id, { ...createEntry(state), ...(directory !== undefined && { directory }) });
    }
    for (const report of containers) if (!found.has(report.id)) this.#discard(report);
    this.#spawner.send({ op: 'recovered' });
    return found;
  }

  /** Ends and forgets a container that nobody knows. */
  #discard({ id, exit }: ContainerReport): void {
    this.#spawner.send({ op: exit === undefined ? 'destroy' : 'forget', id });
  }
}
