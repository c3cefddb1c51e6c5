import { gaugeOf, type Metric } from '../../common/metrics/metric.js';
import { mesos } from '../../proto/index.js';
import type { Master } from '../master.js';
import type { FrameworkRow } from '../state/frameworks.js';

const ACTIVE = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_UNREACHABLE',
  'TASK_UNKNOWN',
] as const;

/** Of each framework: whether it is subscribed, its tasks by state, the roles that it has suppressed. */
export function frameworkMetrics({ frameworks }: Master): Metric[] {
  return [...frameworks.live.values()].flatMap((framework) => [
    ofFramework(framework, 'subscribed', framework.connection.kind === 'connected' ? 1 : 0),
    ...taskMetrics(framework),
    ...[...framework.roles].map((role) =>
      ofFramework(framework, `roles/${role}/suppressed`, framework.suppressedRoles.has(role) ? 1 : 0, {
        family: 'roles/suppressed',
        labels: { role },
      }),
    ),
  ]);
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
function ofFramework(
  { id, info }: FrameworkRow,
  what: string,
  value: number,
  series: { readonly family: string; readonly labels: Readonly<Record<string, string>> } = { family: what, labels: {} },
): Metric {
  return gaugeOf(
    `master/frameworks/${encodeURIComponent(info.name)}/${id}/${what}`,
    value,
    `master/frameworks/${series.family}`,
    { framework: info.name, framework_id: id, ...series.labels },
  );
}
