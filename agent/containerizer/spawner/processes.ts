import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** What the kernel says of a process. A pid alone names nothing: it is reused; with its start time it is unique. */
export interface ProcessStat {
  readonly pid: number;
  /** Ended, but not yet reaped by its parent. */
  readonly zombie: boolean;
  readonly group: number;
  readonly session: number;
  /** Clock ticks since boot. */
  readonly startTime: number;
  /** The raw wait status; meaningful for a zombie, and only if we may trace it. */
  readonly waitStatus: number;
}

/** A process together with its environment as it was at exec; empty when it may not be read. */
export interface MarkedProcess extends ProcessStat {
  readonly environment: string;
}

/** Reads one process now, without a turn passing; undefined when there is none. */
export function readStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Parses `/proc/<pid>/stat`; the program's name may hold spaces and parentheses, so counting starts after the last. */
export function parseStat(text: string): ProcessStat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (field: number) => Number(fields[field - 3]); // numbered as in proc(5), where the state is field 3
  const pid = Number.parseInt(text, 10);
  const startTime = number(22);
  if (!Number.isInteger(pid) || !Number.isInteger(startTime)) return undefined;
  const zombie = fields[0] === 'Z' || fields[0] === 'X';
  return { pid, zombie, group: number(5), session: number(6), startTime, waitStatus: number(52) };
}

/** Whether the very process that was started as `pid` at `startTime` still runs. */
export function isAlive(pid: number, startTime: number): boolean {
  const stat = readStat(pid);
  return stat !== undefined && !stat.zombie && stat.startTime === startTime;
}

/** Sends a signal to one process if it is still the same. Returns whether it was sent. */
export function signalProcess(pid: number, startTime: number, signal: number): boolean {
  return isAlive(pid, startTime) && send(pid, signal);
}

/** Sends a signal to the group that `pid` leads, if that is still the process that was started at `startTime`. */
export function signalGroup(pid: number, startTime: number, signal: number): boolean {
  return readStat(pid)?.startTime === startTime && send(-pid, signal);
}

/** Sends a signal to a pid or, negative, a group. False when nobody is there, or it is not ours to signal. */
export function send(target: number, signal: number): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}

/** Every process of the machine that is not a zombie, with its environment. */
export async function scanProcesses(): Promise<MarkedProcess[]> {
  const found: MarkedProcess[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const stat = readStat(pid);
    if (stat === undefined || stat.zombie || stat.session === 0) continue; // kernel threads have no session
    // Reading an environment may wait for the process's memory lock, so it is left to another thread.
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    found.push({ ...stat, environment: `\0${environment}` });
  }
  return found;
}

/** Whether a process was started with `name=value`, or descends from one that was. */
export function isMarked(process: MarkedProcess, name: string, value: string): boolean {
  return process.environment.includes(`\0${name}=${value}\0`);
}

/** The value of `name` in a process's environment. */
export function markOf(process: MarkedProcess, name: string): string | undefined {
  const start = process.environment.indexOf(`\0${name}=`);
  if (start < 0) return undefined;
  const from = start + name.length + 2;
  return process.environment.slice(from, process.environment.indexOf('\0', from));
}
