import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findProcesses } from '../../cli/local/processes.js';
import { freePort, NODE } from './daemon.js';

/** What a command line printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The meseta command as a real process, with a state folder of its own. Disposing takes its cluster down. */
export class CommandLine implements AsyncDisposable {
  readonly home: string;
  readonly #ports: readonly string[];

  private constructor(home: string, ports: readonly string[]) {
    this.home = home;
    this.#ports = ports;
  }

  static async create(): Promise<CommandLine> {
    const [port, jobsPort] = [await freePort(), await freePort()];
    const ports = [
      '--port',
      `${port}`,
      '--agent-port',
      `${await freePort('127.0.0.11')}`,
      '--jobs-port',
      `${jobsPort}`,
    ];
    return new CommandLine(await mkdtemp(join(tmpdir(), 'meseta-cli-')), ports);
  }

  /** Environment of its commands: nothing but the state folder tells them where the cluster is. */
  get env(): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'], HOME: this.home, MESETA_HOME: this.home };
  }

  /** `up` on ports that nobody else uses. */
  up(...args: string[]): Promise<Ran> {
    return this.run('up', ...this.#ports, ...args);
  }

  run(...args: string[]): Promise<Ran> {
    return new Promise((done) => {
      const options = { env: this.env, timeout: 90_000, maxBuffer: 2 ** 26 };
      const child = execFile(NODE, [resolve('dist/cli/main.js'), ...args], options, (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 128;
        done({ code, out, err });
      });
      child.stdin?.end();
    });
  }

  /** Pids of the daemons whose name begins so. */
  async daemons(name: string): Promise<number[]> {
    const processes = await findProcesses(this.home);
    return processes.filter((each) => each.kind === 'daemon' && each.name.startsWith(name)).map(({ pid }) => pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run('down');
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
