import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ExecutorInfo, mesos, type SchedulerEvent } from '../../../../proto/index.js';
import { NODE } from '../../../support/daemon.js';
import { until } from '../../../support/until.js';
import { documentsOf, ReplayFramework } from '../framework.js';
import type { Scenario } from '../scenario.js';
import { launch, scalars, shellTask } from '../work.js';

const { KILL, MESSAGE, SHUTDOWN } = mesos.v1.scheduler.Call.Type;
const { Type: EventType } = mesos.v1.scheduler.Event;
const PROGRAM = fileURLToPath(new URL('../executor.ts', import.meta.url));

const is = (wanted: mesos.v1.scheduler.Event.Type) => (event: SchedulerEvent) => event.type === wanted;

/** A custom executor, as its scheduler sees it and as it sees its agent. */
export const executor: Scenario = async (target, recording) => {
  const folder = await mkdtemp(join(tmpdir(), 'meseta-replay-'));
  const logFile = join(folder, 'executor.log');
  await using framework = await ReplayFramework.subscribe(target);
  const offer = await framework.offer();
  const { agentId } = offer;
  const taskId = { value: 'custom-1' };
  const executorId = { value: 'custom' };
  const task = shellTask(offer, taskId.value, '', {
    command: null,
    executor: executorInfo(framework.id, logFile),
    data: Buffer.from('task-data'),
  });
  recording.answered('accept custom', await framework.accept(offer, launch(task)));
  recording.saw('update running', documentsOf([await framework.update(20_000, taskId.value)]));

  const message = { agentId, executorId, data: Buffer.from('ping') };
  recording.answered('message', await framework.call({ type: MESSAGE, message }));
  const back = await framework.stream.next(is(EventType.MESSAGE), 10_000);
  recording.saw('message back', [back?.document]);

  recording.answered('kill', await framework.call({ type: KILL, kill: { taskId, agentId } }));
  recording.saw('update killed', documentsOf([await framework.update(10_000, taskId.value)]));

  recording.answered('shutdown', await framework.call({ type: SHUTDOWN, shutdown: { executorId, agentId } }));
  const failure = await framework.stream.next(is(EventType.FAILURE));
  recording.saw('executor failure event', [failure?.document]);
  const lines = await until('the executor to be shut down', () => finishedLog(logFile));
  recording.saw(
    'executor side',
    lines.map((line) => JSON.parse(line) as unknown),
  );
  await rm(folder, { recursive: true });
};

function executorInfo(frameworkId: string, logFile: string): ExecutorInfo {
  const environment = { variables: [{ name: 'CAPTURE_LOG', value: logFile }] };
  return {
    executorId: { value: 'custom' },
    type: mesos.v1.ExecutorInfo.Type.CUSTOM,
    name: 'cap executor',
    source: 'cap',
    frameworkId: { value: frameworkId },
    resources: scalars({ cpus: 0.1, mem: 32 }),
    data: Buffer.from('exec-data'),
    command: { shell: true, value: `exec ${NODE} ${PROGRAM}`, environment },
  };
}

async function finishedLog(file: string): Promise<string[] | undefined> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.at(-1)?.includes('"shutdown"') ? lines : undefined;
}
