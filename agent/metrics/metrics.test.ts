import { expect, it } from 'vitest';
import { AgentRig, commandTask } from '../../test/support/agent-rig.js';
import { agentMetrics } from './agent-metrics.js';
import { countFetches } from './process-figures.js';

it('agentMetrics() tells of what the tables hold and what has happened', () => {
  const rig = new AgentRig().start();
  const resources = [{ name: 'cpus', type: 0, scalar: { value: 1 }, allocationInfo: { role: '*' } }];
  rig.run(commandTask('running', 'sleep 100', { resources }));
  rig.run(commandTask('good', 'exit 0'));
  rig.run(commandTask('bad', 'exit 1'));
  rig.clock.advance(5_000);
  const metrics = agentMetrics(rig.agent, 1500).map(({ name, value }) => [name, value]);
  expect(Object.fromEntries(metrics)).toMatchObject({
    'slave/registered': 1,
    'slave/uptime_secs': 1.5,
    'slave/cpus_total': 4,
    'slave/cpus_used': 1,
    'slave/cpus_percent': 0.25,
    'slave/frameworks_active': 1,
    'slave/executors_running': 1,
    'slave/executors_terminated': 2,
    'slave/tasks_running': 1,
    'slave/tasks_finished': 1,
    'slave/tasks_failed': 1,
    'slave/tasks_killed': 0,
    'slave/valid_status_updates': 8, // each task starts and runs, two end
  });
  rig.agent.stop();
});

it('countFetches() counts both outcomes and hides neither', async () => {
  const figures = { succeeded: 0, failed: 0 };
  const fetch = countFetches(async ({ uris }) => {
    if (uris.length === 0) throw new Error('nothing there');
  }, figures);
  const request = { containerId: 'c', directory: '/s', uris: [{ value: 'http://host/file' }] };
  await fetch(request, AbortSignal.timeout(1000));
  await expect(fetch({ ...request, uris: [] }, AbortSignal.timeout(1000))).rejects.toThrow('nothing there');
  expect(figures).toEqual({ succeeded: 1, failed: 1 });
});
