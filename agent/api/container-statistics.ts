import { systemClock } from '../../common/runtime/clock.js';
import type { mesos } from '../../proto/index.js';
import type { Agent } from '../agent.js';
import { type ProcessUsage, processUsage } from '../containerizer/process-usage.js';
import type { ExecutorRow } from '../tasks/rows.js';
import { usedBy } from './state-document.js';
import { allExecutors } from './task-view.js';

/** A live container of an executor, and what it uses; absent while it has no process. */
export interface MeasuredContainer {
  readonly executor: ExecutorRow;
  readonly statistics: mesos.v1.ResourceStatistics.$Properties | undefined;
}

const BYTES_PER_MIB = 2 ** 20;

/** Measures every live container, the containers of an executor's tasks included in its own. */
export async function measureContainers(agent: Agent): Promise<MeasuredContainer[]> {
  const { live } = allExecutors(agent);
  const leaders = new Map(live.map((executor) => [executor, leadersOf(executor)]));
  const usage = await processUsage([...leaders.values()].flat());
  return live.map((executor) => {
    const parts = (leaders.get(executor) ?? []).flatMap((pid) => usage.get(pid) ?? []);
    return { executor, statistics: parts.length === 0 ? undefined : statisticsOf(executor, parts) };
  });
}

function leadersOf(executor: ExecutorRow): number[] {
  const pids = [executor.pid, ...[...executor.tasks.values()].map(({ pid }) => pid)];
  return [...new Set(pids.filter((pid) => pid !== undefined))]; // a command task's process is its executor's
}

function statisticsOf(executor: ExecutorRow, parts: readonly ProcessUsage[]): mesos.v1.ResourceStatistics.$Properties {
  const held = usedBy(executor);
  const [cpus, memBytes] = [held.scalar('cpus'), Math.round(held.scalar('mem') * BYTES_PER_MIB)];
  const sum = (pick: (usage: ProcessUsage) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    timestamp: systemClock.wallMs() / 1000,
    cpusUserTimeSecs: sum(({ userSeconds }) => userSeconds),
    cpusSystemTimeSecs: sum(({ systemSeconds }) => systemSeconds),
    memRssBytes: sum(({ rssBytes }) => rssBytes),
    ...(cpus > 0 && { cpusSoftLimit: cpus }),
    ...(memBytes > 0 && { memLimitBytes: memBytes, memSoftLimitBytes: memBytes }),
  };
}
