import { mesos } from '../../../../proto/index.js';
import { documentsOf, ReplayFramework } from '../framework.js';
import type { Recording, Scenario } from '../scenario.js';
import { isBig, launchGroup, shellTask } from '../work.js';

const { KILL } = mesos.v1.scheduler.Call.Type;
const { TASK_RUNNING } = mesos.v1.TaskState;
const WHOLE = { cpus: 0.1, mem: 32, disk: 32 };

/** Task groups that are refused, end well, fail and are killed. */
export const launchGroups: Scenario = async (target, recording) => {
  await using framework = await ReplayFramework.subscribe(target);
  const launched = (step: string, executorId: string, amounts: Record<string, number>, lines: Record<string, string>) =>
    launch(framework, recording, step, executorId, amounts, lines);
  await launched('accept executor without disk', 'grp0', { cpus: 0.1, mem: 32 }, { 'nodisk-a': 'true' });
  recording.saw('updates executor without disk', documentsOf(await framework.untilEnded(1, 8_000)));

  await launched('accept group', 'grp1', WHOLE, { 'grp-a': 'echo a; sleep 1', 'grp-b': 'echo b; sleep 2' });
  recording.saw('updates group', documentsOf(await framework.untilEnded(2)));

  const failing = { 'fail-a': 'sleep 1; exit 4', 'fail-b': 'sleep 60' };
  await launched('accept group with failing task', 'grp2', WHOLE, failing);
  recording.saw('updates failing group', documentsOf(await framework.untilEnded(2)));

  const killed = { 'kill-a': 'sleep 60', 'kill-b': 'sleep 60' };
  const { agentId } = await launched('accept group to kill', 'grp3', WHOLE, killed);
  await untilAllRun(framework, 2);
  const kill = { taskId: { value: 'kill-a' }, agentId };
  recording.answered('kill one of group', await framework.call({ type: KILL, kill }));
  recording.saw('updates killed group', documentsOf(await framework.untilEnded(2)));
};

async function launch(
  framework: ReplayFramework,
  recording: Recording,
  step: string,
  executorId: string,
  amounts: Readonly<Record<string, number>>,
  lines: Readonly<Record<string, string>>,
) {
  const offer = await framework.offer(isBig);
  const tasks = Object.entries(lines).map(([id, line]) => shellTask(offer, id, line));
  const operation = launchGroup(framework.id, executorId, amounts, ...tasks);
  recording.answered(step, await framework.accept(offer, operation));
  return offer;
}

async function untilAllRun(framework: ReplayFramework, count: number): Promise<void> {
  const running = new Set<string>();
  while (running.size < count) {
    const read = await framework.update();
    if (read === undefined) return;
    if (read.status.state === TASK_RUNNING) running.add(read.status.taskId.value);
  }
}
