import { join } from 'node:path';

/** What the machine has, as far as a local cluster cares. */
export interface Machine {
  /** Cores. */
  readonly cpus: number;
  /** MiB. */
  readonly memMib: number;
  /** MiB free where the state folder is. */
  readonly diskMib: number;
}

export interface LocalOptions {
  /** Absolute path of the folder that holds everything the cluster writes. */
  readonly stateDir: string;
  readonly agents: number;
  /** Port of the master, on 127.0.0.1. */
  readonly port: number;
  /** Port of the jobs framework, on 127.0.0.1. */
  readonly jobsPort: number;
  /** Port of every agent, each on a loopback address of its own. */
  readonly agentPort: number;
}

/** One daemon of a local cluster. */
export interface Daemon {
  readonly name: string;
  /** `host:port` it listens on. */
  readonly address: string;
  /** Script below dist/, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** How it is asked to stop for good: agents take their tasks along on SIGUSR1. */
  readonly stopSignal: 'SIGTERM' | 'SIGUSR1';
}

/** Where a running cluster can be found; written to `cluster.json` in the state folder. */
export interface LocalCluster {
  readonly supervisorPid: number;
  readonly startedAt: string;
  readonly master: string;
  readonly stateDir: string;
  readonly daemons: ReadonlyArray<Pick<Daemon, 'name' | 'address' | 'logFile'>>;
}

/** First of the loopback addresses that play hosts: 127.0.0.11, 127.0.0.12, ... */
const FIRST_HOST = 11;
/** Of the memory, what stays with the machine and our own daemons, in MiB and as a fraction. */
const KEPT_MEM_MIB = 1024;
const KEPT_DISK_FRACTION = 0.1;

/** The daemons of a local cluster in the order of their start: master, agents, then the jobs framework. */
export function planCluster(options: LocalOptions, machine: Machine): Daemon[] {
  const { stateDir, port, jobsPort } = options;
  const log = (name: string) => join(stateDir, 'log', `${name}.log`);
  const master: Daemon = {
    name: 'master',
    address: `127.0.0.1:${port}`,
    script: 'master/main.js',
    args: [
      '--ip=127.0.0.1',
      '--hostname=127.0.0.1',
      `--port=${port}`,
      `--work_dir=${join(stateDir, 'master')}`,
      '--cluster=local',
    ],
    logFile: log('master'),
    stopSignal: 'SIGTERM',
  };
  const resources = shareOf(machine, options.agents);
  const agents = Array.from({ length: options.agents }, (_, at): Daemon => {
    const host = `127.0.0.${FIRST_HOST + at}`;
    const name = `agent-${at + 1}`;
    return {
      name,
      address: `${host}:${options.agentPort}`,
      script: 'agent/main.js',
      args: [
        `--master=127.0.0.1:${port}`,
        `--ip=${host}`,
        `--hostname=${host}`,
        `--port=${options.agentPort}`,
        `--work_dir=${join(stateDir, name)}`,
        `--resources=${resources}`,
        `--attributes=host:${name};rack:${at % 2 === 0 ? 'r1' : 'r2'}`,
      ],
      logFile: log(name),
      stopSignal: 'SIGUSR1',
    };
  });
  const jobs: Daemon = {
    name: 'jobs',
    address: `127.0.0.1:${jobsPort}`,
    script: 'frameworks/jobs/main.js',
    args: [
      `--master=127.0.0.1:${port}`,
      '--ip=127.0.0.1',
      `--port=${jobsPort}`,
      `--work_dir=${join(stateDir, 'jobs')}`,
    ],
    logFile: log('jobs'),
    stopSignal: 'SIGTERM',
  };
  return [master, ...agents, jobs];
}

/** An equal share of the machine for each of `agents`, as `--resources` text. At least 0.1 core and 64 MiB. */
export function shareOf(machine: Machine, agents: number): string {
  const cpus = Math.max(0.1, Math.floor((machine.cpus / agents) * 100) / 100);
  const memMib = Math.max(64, Math.floor(Math.max(machine.memMib - KEPT_MEM_MIB, machine.memMib / 2) / agents));
  const diskMib = Math.max(64, Math.floor((machine.diskMib * (1 - KEPT_DISK_FRACTION)) / agents));
  return `cpus:${cpus};mem:${memMib};disk:${diskMib};ports:[31000-32000]`;
}
