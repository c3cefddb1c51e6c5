import { setTimeout as sleep } from 'node:timers/promises';
import type { Containers } from './containers.js';
import { isAlive, isMarked, type MarkedProcess, markOf, readStat, scanProcesses, signalProcess } from './processes.js';
import { CONTAINER_MARKER, type RecordedExit, SESSION_MARKER } from './protocol.js';
import type { ContainerRecord, ProcessIdentity, Records } from './records.js';
import type { Stragglers } from './stragglers.js';

/** Environment variable of the spawner itself: the runtime directory it serves. */
export const SPAWNER_MARKER = 'MESETA_SPAWNER_DIR';

const SIGKILL = 9;
/** How often the processes that are not our children are looked at. */
const WATCH_MS = 100;
/** How long a child that a dead spawner forked may take until it runs its program. */
const FORKED_MS = 5000;

/**
 * Takes over what an earlier spawner left: ends are kept, processes that still run are watched, and of all else it
 * is recorded that nobody knows how it ended. Nothing from before a reboot is looked for.
 */
export async function adoptContainers(
  runtimeDir: string,
  records: Records,
  containers: Containers,
  stragglers: Stragglers,
): Promise<void> {
  const found = records.readAll();
  if (found.length === 0) return;
  const processes = records.isOfThisBoot() ? await settledProcesses(runtimeDir) : [];
  const watched = new Map<string, ProcessIdentity>();
  for (const record of found) {
    const identity = adoptOne(record, processes, records, containers);
    if (identity !== undefined) watched.set(record.id, identity);
    else if (processes.length > 0) stragglers.kill({ marker: CONTAINER_MARKER, value: record.id }, 0);
  }
  killOrphanedSessions(found, processes);
  watch(watched, containers);
}

/** Returns the process to watch, if one still runs. */
function adoptOne(
  record: ContainerRecord,
  processes: readonly MarkedProcess[],
  records: Records,
  containers: Containers,
): ProcessIdentity | undefined {
  const { id, identity, exit } = record;
  if (exit !== undefined) {
    containers.adopt(record);
    return undefined;
  }
  const leader = identity ?? leaderOf(id, processes);
  containers.adopt({ ...record, ...(leader && { identity: leader }) });
  if (identity === undefined && leader !== undefined) records.started(id, leader);
  if (leader !== undefined && processes.length > 0 && readStat(leader.pid)?.startTime === leader.startTime)
    return leader;
  containers.ended(id, { kind: 'unknown' });
  return undefined;
}

/** The first process of a container: the oldest session leader that carries its marker, and no session's. */
function leaderOf(id: string, processes: readonly MarkedProcess[]): ProcessIdentity | undefined {
  const leaders = processes.filter(
    (process) =>
      process.pid === process.session &&
      isMarked(process, CONTAINER_MARKER, id) &&
      markOf(process, SESSION_MARKER) === undefined,
  );
  leaders.sort((a, b) => a.startTime - b.startTime);
  return leaders[0] && { pid: leaders[0].pid, startTime: leaders[0].startTime };
}

/** A session ends with the connection that asked for it, and the dead spawner held that. */
function killOrphanedSessions(found: readonly ContainerRecord[], processes: readonly MarkedProcess[]): void {
  const ours = new Set(found.map(({ id }) => id));
  for (const process of processes) {
    if (markOf(process, SESSION_MARKER) === undefined || !ours.has(markOf(process, CONTAINER_MARKER) ?? '')) continue;
    signalProcess(process.pid, process.startTime, SIGKILL);
  }
}

/** The process table, once no child of the dead spawner is left between fork and exec, when it carries no marker. */
async function settledProcesses(runtimeDir: string): Promise<MarkedProcess[]> {
  for (const endAt = performance.now() + FORKED_MS; ; await sleep(10)) {
    const processes = await scanProcesses();
    const forked = processes.some((process) => isMarked(process, SPAWNER_MARKER, runtimeDir));
    if (!forked || performance.now() > endAt) return processes;
  }
}

function watch(watched: Map<string, ProcessIdentity>, containers: Containers): void {
  if (watched.size === 0) return;
  const timer = setInterval(() => {
    for (const [id, { pid, startTime }] of watched) {
      if (isAlive(pid, startTime)) continue;
      watched.delete(id);
      containers.ended(id, exitOfStranger(pid, startTime));
      containers.destroy(id); // what its process left behind
    }
    if (watched.size === 0) clearInterval(timer);
  }, WATCH_MS);
}

/** How a process that is not our child ended: known only while it waits, unreaped, for its new parent. */
function exitOfStranger(pid: number, startTime: number): RecordedExit {
  const stat = readStat(pid);
  if (stat === undefined || stat.startTime !== startTime || process.getuid?.() !== 0) return { kind: 'unknown' };
  const signal = stat.waitStatus & 0x7f;
  return signal === 0 ? { kind: 'exited', code: (stat.waitStatus >> 8) & 0xff } : { kind: 'signaled', signal };
}
