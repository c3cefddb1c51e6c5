import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../common/runtime/random.js';
import { mesos } from '../../proto/index.js';
import { Daemon } from '../support/daemon.js';
import { type FoundProcess, kill, processesOf } from '../support/processes.js';
import { RealCluster } from '../support/real-cluster.js';
import { until } from '../support/until.js';
import { checkHistory, lossProblems, type Verdict } from './check-history.js';

/** Tasks alive at any time. */
const ALIVE = 16;
/** A quiet cluster stays so for this long before the history counts as complete. */
const QUIET_MS = 2_000;

export interface StormOptions {
  readonly masterFlags?: readonly string[];
  /** How long tasks run at most. Default 2,050. */
  readonly longestMs?: number;
  /** A storm in which fewer tasks ran shows nothing: it ends when so many have. Default 10 times those alive at a time. */
  readonly leastRuns?: number;
}

/** What is left when everything has been stopped. */
export interface Aftermath extends Verdict {
  /** Processes of the cluster that outlived it. */
  readonly leftovers: readonly FoundProcess[];
}

/** How long to leave somebody alone, in ms. */
export type Pause = readonly [least: number, most: number];

/**
 * A cluster of real daemons under a churn of tasks, to be mistreated. Its seed is printed; the folder, with all logs, is
 * kept when the storm does not end well.
 */
export class Storm implements AsyncDisposable {
  readonly cluster: RealCluster;
  readonly scheduler: Daemon;
  readonly seed = Number(process.env['MESETA_SEED'] ?? Date.now() % 1_000_000);
  /** When a spawner was killed, in ms since the epoch. */
  readonly blindAt: number[] = [];
  readonly #random = seededRandom(this.seed);
  readonly #history: string;
  readonly #witness: string;
  readonly #stopFile: string;
  readonly #leastRuns: number;
  #endedWell = false;

  private constructor(cluster: RealCluster, { longestMs, leastRuns }: Required<Omit<StormOptions, 'masterFlags'>>) {
    this.cluster = cluster;
    this.#leastRuns = leastRuns;
    this.#history = join(cluster.folder, 'history.jsonl');
    this.#witness = join(cluster.folder, 'witness');
    this.#stopFile = join(cluster.folder, 'stop');
    const program = ['--import', resolve('scripts/ts-hooks.mjs'), resolve('test/chaos/churn.ts')];
    const store = join(cluster.folder, 'churn.sqlite');
    const files = [store, this.#history, this.#witness, String(ALIVE), this.#stopFile, String(longestMs)];
    const log = join(cluster.folder, 'scheduler.log');
    this.scheduler = new Daemon('scheduler', [...program, cluster.masterAddress, ...files], log);
  }

  static async start(options: StormOptions = {}): Promise<Storm> {
    const { masterFlags = [], longestMs = 2_050, leastRuns = 10 * ALIVE } = options;
    const cluster = await RealCluster.start({
      agents: 3,
      resources: 'cpus:2;mem:2048;disk:1024;ports:[31000-32000]',
      masterFlags,
    });
    const storm = new Storm(cluster, { longestMs, leastRuns });
    console.log(`storm with MESETA_SEED=${storm.seed}`);
    await mkdir(storm.#witness);
    storm.scheduler.start();
    return storm;
  }

  /** Does something to one of `victims`, `times`, each a random while after it was done with the one before. */
  async again<Victim>(
    victims: readonly Victim[],
    times: number,
    pause: Pause,
    act: (victim: Victim) => Promise<void>,
  ): Promise<number> {
    const random = seededRandom(Math.floor(this.#random.next() * 2 ** 31));
    let done = 0;
    while (done < times) {
      await this.#wait(pause, random.next());
      const victim = victims[Math.floor(random.next() * victims.length)];
      if (victim === undefined) continue;
      await act(victim);
      done += 1;
    }
    return done;
  }

  /** Kills a daemon and starts it again after a moment. */
  async kill(daemon: Daemon): Promise<void> {
    await daemon.kill();
    await this.#wait([0, 300]);
    daemon.start();
  }

  /** Stops a daemon's clock, as it were, for `pauseMs`. */
  async freeze(daemon: Daemon, pauseMs: number): Promise<void> {
    process.kill(daemon.pid, 'SIGSTOP');
    await sleep(pauseMs);
    process.kill(daemon.pid, 'SIGCONT');
  }

  /** Kills the spawner of an agent, if it has one now. */
  async killSpawner(agent: Daemon): Promise<void> {
    const spawners = (await processesOf(join(this.cluster.folder, agent.name, 'run'))).filter(({ commandLine }) =>
      commandLine.includes('spawner/main'),
    );
    for (const { pid } of spawners) {
      const at = Date.now();
      if (kill(pid)) this.blindAt.push(at);
    }
  }

  /** Kills an agent while its next spawner may be starting; the agent after it may start another. */
  async killWithSpawner(agent: Daemon): Promise<void> {
    await this.killSpawner(agent);
    await this.#wait([0, 600]);
    await this.kill(agent);
  }

  /** States that the framework was told of, by task, in order. */
  async statesSeen(): Promise<Map<string, string[]>> {
    const seen = new Map<string, string[]>();
    for (const line of (await readFile(this.#history, 'utf8')).split('\n')) {
      const match = /^\{"seen":"([^"]+)","state":"([^"]+)"/.exec(line);
      if (match?.[1] === undefined || match[2] === undefined) continue;
      seen.set(match[1], [...(seen.get(match[1]) ?? []), match[2]]);
    }
    return seen;
  }

  /** Lets the weather clear: waits for enough work to be done and every task to end, stops everything, then judges. */
  async end(): Promise<Aftermath> {
    await until(
      'enough tasks to have run',
      async () => (await readdir(this.#witness)).length >= this.#leastRuns,
      90_000,
    );
    await writeFile(this.#stopFile, '');
    await this.cluster.registered(3, 60_000);
    await until('every task to have ended', () => this.#settled(), 90_000);
    await sleep(QUIET_MS); // what is to come late, such as a launch that was said to be lost, comes now
    await until('every task to have ended still', () => this.#settled(), 30_000);
    await until('the master to have forgotten them', async () => (await this.#tasksOfMaster()) === 0, 30_000);
    await this.scheduler.stop('SIGKILL');
    await this.cluster.stop();
    const leftovers = await this.#leftovers();
    const verdict = await checkHistory(this.#history, this.#witness, this.blindAt);
    const { launched, finished, neverStarted, untold } = verdict;
    const problems = [...verdict.problems, ...lossProblems(verdict)];
    console.log(`launched ${launched}, ran ${finished}, lost on the way ${neverStarted}, end unknown ${untold}`);
    this.#endedWell = problems.length === 0 && leftovers.length === 0;
    return { ...verdict, problems, leftovers };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#endedWell) this.cluster.keepFolder();
    await this.scheduler.stop('SIGKILL');
    await this.cluster[Symbol.asyncDispose]();
  }

  #wait([least, most]: Pause, random = this.#random.next()): Promise<void> {
    return sleep(least + random * (most - least));
  }

  /** A spawner that is told to go looks up from time to time only. */
  async #leftovers(): Promise<FoundProcess[]> {
    const none = async () => (await processesOf(this.cluster.folder)).length === 0;
    await until('every process to be gone', none, 5_000).catch(() => {});
    return processesOf(this.cluster.folder);
  }

  async #settled(): Promise<boolean> {
    return (await readFile(this.#history, 'utf8')).trimEnd().split('\n').at(-1)?.includes('"settled":true') ?? false;
  }

  async #tasksOfMaster(): Promise<number> {
    const { getTasks } = await this.cluster.ask({ type: mesos.v1.master.Call.Type.GET_TASKS });
    return getTasks?.tasks?.length ?? 0;
  }
}
