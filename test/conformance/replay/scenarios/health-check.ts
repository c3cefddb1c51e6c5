import { mesos } from '../../../../proto/index.js';
import { documentsOf, ReplayFramework } from '../framework.js';
import type { Scenario } from '../scenario.js';
import { launch, shellTask } from '../work.js';

const { COMMAND: HEALTH_COMMAND } = mesos.v1.HealthCheck.Type;
const { COMMAND } = mesos.v1.CheckInfo.Type;
const PACE = { delaySeconds: 0, intervalSeconds: 0.5, timeoutSeconds: 5 };

/** A task that is killed as unhealthy, and one whose check tells a code. */
export const healthCheck: Scenario = async (target, recording) => {
  await using framework = await ReplayFramework.subscribe(target);
  const run = async (step: string, id: string, line: string, more: Parameters<typeof shellTask>[3]) => {
    const offer = await framework.offer();
    recording.answered(`accept ${step}`, await framework.accept(offer, launch(shellTask(offer, id, line, more))));
    recording.saw(`updates ${step}`, documentsOf(await framework.untilTerminal(id)));
  };
  const fails = { shell: true, value: 'false' };
  const untilKilled = { consecutiveFailures: 2, gracePeriodSeconds: 0 };
  await run('unhealthy', 'hc-1', 'sleep 60', {
    healthCheck: { type: HEALTH_COMMAND, command: fails, ...PACE, ...untilKilled },
  });
  const exits7 = { command: { shell: true, value: 'exit 7' } };
  await run('check', 'ck-1', 'sleep 4', { check: { type: COMMAND, command: exits7, ...PACE } });
};
