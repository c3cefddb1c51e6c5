import { readdir, readFile } from 'node:fs/promises';

/** What the processes of a container use together. */
export interface ProcessUsage {
  /** Seconds of processor time, of children that have ended too. */
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** Resident memory; what processes share counts for each. */
  readonly rssBytes: number;
  readonly processes: number;
}

/** Of one process, from proc(5). */
export interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** Clock ticks, its own and those of children that it has waited for. */
  readonly userTicks: number;
  readonly systemTicks: number;
}

/** Linux tells times to programs in hundredths of a second, whatever it counts in itself. */
const TICKS_PER_SECOND = 100;

/**
 * Looks at every process of the machine once and sums up those of each container, by the pid of its leader: whoever is in
 * the leader's session or descends from one that is. A container without a living process is left out.
 */
export async function processUsage(leaders: readonly number[]): Promise<ReadonlyMap<number, ProcessUsage>> {
  if (leaders.length === 0) return new Map();
  const owners = ownersOf(await readAll(), new Set(leaders));
  const usage = new Map<number, ProcessUsage>();
  for (const [{ pid, userTicks, systemTicks }, leader] of owners) {
    const sum = usage.get(leader) ?? { userSeconds: 0, systemSeconds: 0, rssBytes: 0, processes: 0 };
    usage.set(leader, {
      userSeconds: sum.userSeconds + userTicks / TICKS_PER_SECOND,
      systemSeconds: sum.systemSeconds + systemTicks / TICKS_PER_SECOND,
      rssBytes: sum.rssBytes + (await residentBytes(pid)),
      processes: sum.processes + 1,
    });
  }
  return usage;
}

/** Which leader each process belongs to; the nearest one when leaders descend from each other. */
export function ownersOf(
  processes: readonly ProcessTimes[],
  leaders: ReadonlySet<number>,
): ReadonlyMap<ProcessTimes, number> {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const owners = new Map<ProcessTimes, number>();
  for (const process of processes) {
    for (
      let at: ProcessTimes | undefined = process, steps = 0;
      at !== undefined && steps <= processes.length; // read one after the other, so pids reused meanwhile may form a ring
      at = byPid.get(at.parent), steps++
    ) {
      const leader = leaders.has(at.pid) ? at.pid : at.session;
      if (!leaders.has(leader)) continue;
      owners.set(process, leader);
      break;
    }
  }
  return owners;
}

/** Parses `/proc/<pid>/stat`; the program's name may hold spaces and parentheses, so counting starts after the last. */
export function parseTimes(text: string): ProcessTimes | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (field: number) => Number(fields[field - 3]); // numbered as in proc(5), where the state is field 3
  const pid = Number.parseInt(text, 10);
  const [userTicks, systemTicks] = [number(14) + number(16), number(15) + number(17)];
  if (!Number.isInteger(pid) || !Number.isInteger(userTicks + systemTicks)) return undefined;
  return { pid, parent: number(4), session: number(6), userTicks, systemTicks };
}

async function readAll(): Promise<ProcessTimes[]> {
  const found: ProcessTimes[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const times = parseTimes(await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')); // gone meanwhile
    if (times !== undefined) found.push(times);
  }
  return found;
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024; // absent for a zombie
}
