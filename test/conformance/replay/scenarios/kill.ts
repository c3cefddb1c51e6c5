import { mesos } from '../../../../proto/index.js';
import { documentsOf, ReplayFramework } from '../framework.js';
import type { Scenario } from '../scenario.js';
import { launch, shellTask } from '../work.js';

const { KILL } = mesos.v1.scheduler.Call.Type;

/** A kill that the task obeys, and one of a task that never was. */
export const kill: Scenario = async (target, recording) => {
  await using framework = await ReplayFramework.subscribe(target, { capabilities: ['TASK_KILLING_STATE'] });
  const offer = await framework.offer();
  const taskId = { value: 'kill-1' };
  const killPolicy = { gracePeriod: { nanoseconds: 1e9 } };
  await framework.accept(offer, launch(shellTask(offer, taskId.value, 'sleep 100', { killPolicy })));
  const before = await framework.untilRunning(taskId.value);
  recording.answered('kill', await framework.call({ type: KILL, kill: { taskId, agentId: offer.agentId } }));
  const after = await framework.untilTerminal(taskId.value, 15_000);
  recording.saw('updates', documentsOf([...before, ...after]));
  const unknown = { taskId: { value: 'never-was' } };
  recording.answered('kill unknown', await framework.call({ type: KILL, kill: unknown }));
  recording.saw('update unknown', documentsOf([await framework.update(5_000, unknown.taskId.value)]));
};
