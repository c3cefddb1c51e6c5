import { mesos } from '../../../../proto/index.js';
import { byTask, documentsOf, type ReadStatus, ReplayFramework } from '../framework.js';
import type { Scenario } from '../scenario.js';
import { launch, shellTask } from '../work.js';

const { RECONCILE } = mesos.v1.scheduler.Call.Type;

/** Reconciliation of a running task and of unknown ones, then of all. */
export const reconcile: Scenario = async (target, recording) => {
  await using framework = await ReplayFramework.subscribe(target, { capabilities: ['PARTITION_AWARE'] });
  const offer = await framework.offer();
  const taskId = { value: 'rec-1' };
  await framework.accept(offer, launch(shellTask(offer, taskId.value, 'sleep 30')));
  await framework.untilRunning(taskId.value);
  const tasks = [
    { taskId, agentId: offer.agentId },
    { taskId: { value: 'ghost' } },
    { taskId: { value: 'ghost2' }, agentId: { value: 'unknown-agent' } },
  ];
  recording.answered('explicit', await framework.call({ type: RECONCILE, reconcile: { tasks } }));
  const answers: ReadStatus[] = [];
  for (let wanted = tasks.length; wanted > 0; wanted--) answers.push(...((await oneOf(framework)) ?? []));
  recording.saw('explicit answers', documentsOf(byTask(answers)));
  recording.answered('implicit', await framework.call({ type: RECONCILE, reconcile: {} }));
  recording.saw('implicit answers', documentsOf([await framework.update(5_000)]));
};

async function oneOf(framework: ReplayFramework): Promise<ReadStatus[]> {
  const read = await framework.update(5_000);
  return read ? [read] : [];
}
