import type { TaskInfo } from '../../../../proto/index.js';
import { documentsOf, ReplayFramework } from '../framework.js';
import type { Scenario } from '../scenario.js';
import { launch, scalars, shellTask } from '../work.js';

const FAULTS: readonly (readonly [name: string, more: Partial<TaskInfo>])[] = [
  ['too-big', { resources: scalars({ cpus: 10_000, mem: 32 }) }],
  ['no-resources', { resources: [] }],
  ['wrong-agent', { agentId: { value: 'nope' } }],
  ['bad-task-id', { taskId: { value: 'a/b' } }],
  ['both-executor-command', { executor: { executorId: { value: 'e' }, command: { value: 'true' } } }],
  ['neither', { command: null }],
  ['negative', { resources: scalars({ cpus: -1, mem: 32 }) }],
];

/** Tasks with one fault each, and one on an offer that is gone. */
export const invalidLaunches: Scenario = async (target, recording) => {
  await using framework = await ReplayFramework.subscribe(target, { capabilities: ['PARTITION_AWARE'] });
  for (const [name, more] of FAULTS) {
    const offer = await framework.offer();
    const task = shellTask(offer, `bad-${name}`, 'true', more);
    recording.answered(`accept ${name}`, await framework.accept(offer, launch(task)));
    recording.saw(`updates ${name}`, documentsOf([await framework.update(8_000, task.taskId.value)]));
  }
  const offer = await framework.offer();
  recording.answered('decline', await framework.decline(offer, 0.1));
  const stale = shellTask(offer, 'bad-stale', 'true');
  recording.answered('accept stale offer', await framework.accept(offer, launch(stale)));
  recording.saw('updates stale', documentsOf([await framework.update(8_000, stale.taskId.value)]));
};
