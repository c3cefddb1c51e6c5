import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mesos } from '../../proto/index.js';
import { Daemon, freePort, NODE } from './daemon.js';
import { until } from './until.js';

/** How a cluster of real processes is to be. Flags of either daemon come after those that a test cluster needs. */
export interface RealClusterOptions {
  readonly agents?: number;
  readonly masterFlags?: readonly string[];
  readonly agentFlags?: readonly string[];
  readonly resources?: string;
}

/**
 * A master and agents as processes of their own, in a temporary folder, each agent on a loopback address of its own.
 * Disposing stops every process, the tasks included, and deletes the folder, unless MESETA_KEEP is set. A test that dies
 * before it disposes of its cluster leaves no process either: see `keeper.ts`.
 */
export class RealCluster implements AsyncDisposable {
  readonly folder: string;
  readonly masterAddress: string;
  readonly master: Daemon;
  readonly agents: readonly Daemon[];
  readonly #keeper: ChildProcess;

  private constructor(folder: string, port: number, agentPorts: readonly number[], options: RealClusterOptions) {
    this.folder = folder;
    this.#keeper = startKeeper(folder);
    if (process.env['MESETA_KEEP'] !== undefined) this.keepFolder();
    this.masterAddress = `127.0.0.1:${port}`;
    this.master = new Daemon(
      'master',
      [
        resolve('dist/master/main.js'),
        '--ip=127.0.0.1',
        '--hostname=127.0.0.1',
        `--port=${port}`,
        `--work_dir=${join(folder, 'master')}`,
        ...(options.masterFlags ?? []),
      ],
      join(folder, 'master.log'),
    );
    this.agents = agentPorts.map((agentPort, at) => {
      const host = hostOf(at);
      const args = [
        resolve('dist/agent/main.js'),
        `--master=${this.masterAddress}`,
        `--ip=${host}`,
        `--hostname=${host}`,
        `--port=${agentPort}`,
        `--work_dir=${join(folder, `agent-${at + 1}`)}`,
        `--resources=${options.resources ?? 'cpus:4;mem:4096;disk:8192;ports:[31000-32000]'}`,
        ...(options.agentFlags ?? []),
      ];
      return new Daemon(`agent-${at + 1}`, args, join(folder, `agent-${at + 1}.log`));
    });
  }

  /** Starts it and waits until every agent is registered. */
  static async start(options: RealClusterOptions = {}): Promise<RealCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'meseta-cluster-'));
    const agentPorts = await Promise.all(Array.from({ length: options.agents ?? 1 }, (_, at) => freePort(hostOf(at))));
    const cluster = new RealCluster(folder, await freePort(), agentPorts, options);
    try {
      cluster.master.start();
      await until('the master to be healthy', () => cluster.#healthy());
      for (const agent of cluster.agents) agent.start();
      await cluster.registered();
    } catch (error) {
      const logs = await Promise.all(
        [cluster.master, ...cluster.agents].map(({ logFile }) => readFile(logFile, 'utf8').catch(() => '')),
      );
      await cluster[Symbol.asyncDispose]();
      throw new Error(`The cluster did not start:\n${logs.join('\n').slice(-4_000)}`, { cause: error });
    }
    return cluster;
  }

  /** Waits until `count` agents are active. */
  async registered(count = this.agents.length, boundMs = 30_000): Promise<void> {
    await until(
      `${count} active agents`,
      async () => {
        const { getAgents } = await this.ask({ type: mesos.v1.master.Call.Type.GET_AGENTS });
        return (getAgents?.agents ?? []).filter(({ active }) => active === true).length >= count;
      },
      boundMs,
    );
  }

  /** Calls the master's operator API. */
  async ask(call: mesos.v1.master.Call.$Properties): Promise<mesos.v1.master.Response.$Properties> {
    const headers = { 'Content-Type': 'application/x-protobuf', Accept: 'application/x-protobuf' };
    const body = Buffer.from(mesos.v1.master.Call.encode(call).finish());
    const answer = await fetch(`http://${this.masterAddress}/api/v1`, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(5_000),
    });
    if (!answer.ok) throw new Error(`the master answered ${answer.status}: ${await answer.text()}`);
    return mesos.v1.master.Response.decode(new Uint8Array(await answer.arrayBuffer()));
  }

  /** Leaves the folder to be looked at. */
  keepFolder(): void {
    this.#keeper.stdin?.write('keep\n');
    console.log(`keeping ${this.folder}`);
  }

  /** Stops the daemons as an operator would: agents end their tasks and leave, then the master stops. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.stop('SIGUSR1')));
    await this.master.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#keeper.exitCode !== null) return;
    this.#keeper.ref(); // or nothing would be left to wait for
    const gone = once(this.#keeper, 'exit');
    this.#keeper.stdin?.end();
    await gone;
  }

  async #healthy(): Promise<boolean> {
    return (await fetch(`http://${this.masterAddress}/health`)).ok;
  }
}

const hostOf = (at: number) => `127.0.0.${11 + at}`;

/** In a session of its own, so that what ends the test from the terminal does not end its keeper. */
function startKeeper(folder: string): ChildProcess {
  const program = ['--import', resolve('scripts/ts-hooks.mjs'), resolve('test/support/keeper.ts')];
  const keeper = spawn(NODE, ['--disable-warning=ExperimentalWarning', ...program], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  keeper.stdin?.write(`${folder}\n`);
  keeper.unref();
  return keeper;
}
