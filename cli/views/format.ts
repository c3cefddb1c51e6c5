import { mesos, type Resource, type Task } from '../../proto/index.js';

/** Sum of a scalar resource over all its entries, whatever their reservation. `cpus` in cores, `mem`, `disk` in MiB. */
export function scalarOf(resources: readonly Resource[] | null | undefined, name: string): number {
  const thousandths = (resources ?? [])
    .filter((resource) => resource.name === name)
    .reduce((sum, { scalar }) => sum + Math.round((scalar?.value ?? 0) * 1_000), 0);
  return thousandths / 1_000;
}

/** `0.5/2`: what is used of what there is. */
export function share(used: number, total: number): string {
  return `${trimNumber(used)}/${trimNumber(total)}`;
}

/** At most three decimals, no trailing zeros. */
export function trimNumber(value: number): string {
  return String(Math.round(value * 1_000) / 1_000);
}

/** Port ranges as people write them: `31000-31005,31010`. */
export function portsOf(resources: readonly Resource[] | null | undefined): string {
  return (resources ?? [])
    .filter((resource) => resource.name === 'ports')
    .flatMap(({ ranges }) => ranges?.range ?? [])
    .map(({ begin, end }) => (begin === end ? `${begin}` : `${begin}-${end}`))
    .join(',');
}

/** The name of a task's state, e.g. `TASK_RUNNING`. */
export function stateName(state: number): string {
  return mesos.v1.TaskState[state] ?? `TASK_STATE_${state}`;
}

const LIVE: ReadonlySet<number> = new Set([
  mesos.v1.TaskState.TASK_STAGING,
  mesos.v1.TaskState.TASK_STARTING,
  mesos.v1.TaskState.TASK_RUNNING,
  mesos.v1.TaskState.TASK_KILLING,
  mesos.v1.TaskState.TASK_UNREACHABLE,
]);

/** Whether a task may still change: it has not ended. */
export function isLive(task: Task): boolean {
  return LIVE.has(task.state);
}

/** `3s`, `5m`, `2h`, `4d`: how long ago, coarse. `nowMs` and `thenMs` since the epoch. */
export function ago(thenMs: number | undefined, nowMs: number): string {
  if (thenMs === undefined || thenMs <= 0) return '';
  const seconds = Math.max(0, Math.round((nowMs - thenMs) / 1_000));
  if (seconds < 100) return `${seconds}s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)}h`;
  return `${Math.round(seconds / 86_400)}d`;
}
