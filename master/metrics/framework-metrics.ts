import { counterOf, gaugeOf, type Metric } from '../../common/metrics/metric.js';
import { mesos } from '../../proto/index.js';
import type { Master } from '../master.js';
import type { CompletedFramework, FrameworkRow } from '../state/frameworks.js';

const ACTIVE = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_UNREACHABLE',
  'TASK_UNKNOWN',
] as const;

/**
 * Of each framework: whether it is subscribed, its tasks by state, the roles that it has suppressed, and what was said
 * between it and the master; only that of a torn-down one.
 */
export function frameworkMetrics({ frameworks }: Master): Metric[] {
  return [...frameworks.live.values()].flatMap(liveMetrics).concat([...frameworks.completed.values()].flatMap(counts));
}

function liveMetrics(framework: FrameworkRow): Metric[] {
  return [
    ofFramework(framework, 'subscribed', framework.connection.kind === 'connected' ? 1 : 0),
    ...taskMetrics(framework),
    ...[...framework.roles].map((role) =>
      ofFramework(framework, `roles/${role}/suppressed`, framework.suppressedRoles.has(role) ? 1 : 0, {
        family: 'roles/suppressed',
        labels: { role },
      }),
    ),
    ...counts(framework),
  ];
}

/** `calls/accept` is of the family `calls/by_type`: its sum, `calls`, stands beside it. */
function counts(framework: FrameworkRow | CompletedFramework): Metric[] {
  const { id, info, activity } = framework;
  return [...(activity?.entries() ?? [])].map(([name, value]) => {
    const [, family = name, type] = /^(calls|events|operations|offers|tasks\/terminal)\/(.+)$/.exec(name) ?? [];
    return counterOf(
      `${prefixOf(framework)}/${name}`,
      value,
      `master/frameworks/${type === undefined ? family : `${family}/by_type`}`,
      { framework: info.name, framework_id: id, ...(type === undefined ? {} : { type }) },
    );
  });
}

function taskMetrics(framework: FrameworkRow): Metric[] {
  const rows = [...framework.tasks.values(), ...framework.unreachableTasks.values()];
  return ACTIVE.map((state) => {
    const name = state.toLowerCase();
    const count = rows.filter(({ task }) => task.state === mesos.v1.TaskState[state]).length;
    return ofFramework(framework, `tasks/active/${name}`, count, { family: 'tasks/active', labels: { state: name } });
  });
}

/** Names are percent-encoded, as in the original: they may hold slashes. */
function prefixOf({ id, info }: FrameworkRow | CompletedFramework): string {
  return `master/frameworks/${encodeURIComponent(info.name)}/${id}`;
}

function ofFramework(
  framework: FrameworkRow,
  what: string,
  value: number,
  series: { readonly family: string; readonly labels: Readonly<Record<string, string>> } = { family: what, labels: {} },
): Metric {
  const { id, info } = framework;
  return gaugeOf(`${prefixOf(framework)}/${what}`, value, `master/frameworks/${series.family}`, {
    framework: info.name,
    framework_id: id,
    ...series.labels,
  });
}
