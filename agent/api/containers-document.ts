import { messageType, toJson } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';
import type { Agent } from '../agent.js';
import { type MeasuredContainer, measureContainers } from './container-statistics.js';

const STATISTICS = messageType('mesos.v1.ResourceStatistics', mesos.v1.ResourceStatistics);

type Document = Readonly<Record<string, unknown>>;

/** The whole of `/containers`: every live container, and what those with a process use. */
export async function containersDocument(agent: Agent): Promise<Document[]> {
  return (await measureContainers(agent)).map((container) => {
    const { containerId, pid } = container.executor;
    const id = { value: containerId };
    return {
      ...statisticsDocument(container),
      container_id: containerId,
      status: { container_id: id, ...(pid === undefined ? {} : { executor_pid: pid }) },
    };
  });
}

/** The whole of `/monitor/statistics`: what each container with a process uses. */
export async function statisticsDocuments(agent: Agent): Promise<Document[]> {
  return (await measureContainers(agent)).filter(({ statistics }) => statistics !== undefined).map(statisticsDocument);
}

function statisticsDocument({ executor, statistics }: MeasuredContainer): Document {
  return {
    executor_id: executor.id,
    executor_name: executor.info.name ?? '',
    framework_id: executor.framework.id,
    source: executor.info.source ?? '',
    ...(statistics && { statistics: JSON.parse(toJson(STATISTICS, statistics)) as unknown }),
  };
}
