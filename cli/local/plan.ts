import { join } from 'node:path';
import { z } from 'zod';
import type { Machine } from './machine.js';

/** What `meseta up` was asked for. */
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
const daemonSchema = z.object({
  name: z.string(),
  /** `host:port` it listens on. */
  address: z.string(),
  /** Script below dist/, and its arguments. */
  script: z.string(),
  args: z.array(z.string()).readonly(),
  logFile: z.string(),
  /** How it is asked to stop for good: agents take their tasks along on SIGUSR1. */
  stopSignal: z.enum(['SIGTERM', 'SIGUSR1']),
});
/** A process that the supervisor starts and, should it die, starts again. */
export type Daemon = Readonly<z.infer<typeof daemonSchema>>;

/** A plan as its file holds it. */
export const planSchema = z.array(daemonSchema);

/** The file that tells a supervisor what to run. */
export const planFileOf = (stateDir: string) => join(stateDir, 'plan.json');

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
  const resources = shareOf(machine, options.agents);
  const agents = Array.from({ length: options.agents }, (_, at) => planAgent(options, at, resources));
  return [planMaster(options), ...agents, planJobs(options)];
}

function planMaster({ stateDir, port }: LocalOptions): Daemon {
  return {
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
    logFile: logFileOf(stateDir, 'master'),
    stopSignal: 'SIGTERM',
  };
}

function planAgent({ stateDir, port, agentPort }: LocalOptions, at: number, resources: string): Daemon {
  const host = `127.0.0.${FIRST_HOST + at}`;
  const name = `agent-${at + 1}`;
  return {
    name,
    address: `${host}:${agentPort}`,
    script: 'agent/main.js',
    args: [
      `--master=127.0.0.1:${port}`,
      `--ip=${host}`,
      `--hostname=${host}`,
      `--port=${agentPort}`,
      `--work_dir=${join(stateDir, name)}`,
      `--resources=${resources}`,
      `--attributes=host:${name};rack:${at % 2 === 0 ? 'r1' : 'r2'}`,
    ],
    logFile: logFileOf(stateDir, name),
    stopSignal: 'SIGUSR1',
  };
}

function planJobs({ stateDir, port, jobsPort }: LocalOptions): Daemon {
  return {
    name: 'jobs',
    address: `127.0.0.1:${jobsPort}`,
    script: 'frameworks/jobs/main.js',
    args: [
      `--master=127.0.0.1:${port}`,
      '--ip=127.0.0.1',
      `--port=${jobsPort}`,
      `--work_dir=${join(stateDir, 'jobs')}`,
    ],
    logFile: logFileOf(stateDir, 'jobs'),
    stopSignal: 'SIGTERM',
  };
}

/** Where a process of the cluster logs to. */
export const logFileOf = (stateDir: string, name: string) => join(stateDir, 'log', `${name}.log`);

/** An equal share of the machine for each of `agents`, as `--resources` text. At least 0.1 core and 64 MiB. */
export function shareOf(machine: Machine, agents: number): string {
  const cpus = Math.max(0.1, Math.floor((machine.cpus / agents) * 100) / 100);
  const memMib = Math.max(64, Math.floor(Math.max(machine.memMib - KEPT_MEM_MIB, machine.memMib / 2) / agents));
  const diskMib = Math.max(64, Math.floor((machine.diskMib * (1 - KEPT_DISK_FRACTION)) / agents));
  return `cpus:${cpus};mem:${memMib};disk:${diskMib};ports:[31000-32000]`;
}
