import { describe, expect, it } from 'vitest';
import type { meseta } from '../../proto/index.js';
import { scalar } from '../../test/support/scripted-scheduler.js';
import { validateReport } from './agent-report.js';

type Report = meseta.v1.ReregisterAgent.$Properties;

const resources = [{ ...scalar('cpus', 1), allocationInfo: { role: '*' } }];
const frameworks = [{ id: { value: 'f' }, user: 'u', name: 'n' }];
const task = {
  name: 't',
  taskId: { value: 't' },
  frameworkId: { value: 'f' },
  agentId: { value: 'S0' },
  state: 1,
  resources,
};
const running = { frameworkId: { value: 'f' }, executor: { executorId: { value: 'e' }, resources } };
const report = (more: Partial<Report>): Report => ({
  agent: { hostname: 'h', id: { value: 'S0' } },
  version: '1',
  frameworks,
  ...more,
});
const nameT = 'Task t of framework f';

describe('validateReport()', () => {
  it('has nothing against a sound report', () => {
    expect(validateReport(report({ tasks: [task], executors: [running] }))).toEqual([]);
  });

  it.each<[more: Partial<Report>, reason: string]>([
    [{ frameworks: [{ user: 'u', name: 'n' }] }, 'Framework undefined: ID must not be empty'],
    [{ frameworks: [...frameworks, ...frameworks] }, 'Framework f: it is reported twice'],
    [{ tasks: [task, task] }, `${nameT}: it is reported twice`],
    [{ tasks: [{ ...task, taskId: { value: '' } }] }, 'Task  of framework f: ID must not be empty'],
    [{ tasks: [{ ...task, agentId: { value: 'S1' } }] }, `${nameT}: it is said to run on agent S1, not on S0`],
    [{ frameworks: [], tasks: [task] }, `${nameT}: its framework is not among those`],
    [
      { frameworks: [], executors: [running] },
      'Executor e of framework f: its framework is not among those that the agent reports',
    ],
    [{ tasks: [{ ...task, executorId: { value: '..' } }] }, `${nameT}: '..' is disallowed`],
    [{ tasks: [{ ...task, resources: [scalar('cpus', 1)] }] }, `${nameT}: The resources are not allocated to a role`],
    [{ tasks: [{ ...task, resources: [scalar('cpus', -1)] }] }, `${nameT}: Resource 'cpus:-1' is invalid`],
  ])('refuses %#', (more, reason) => {
    expect(validateReport(report(more)).join('\n')).toContain(reason);
  });
});
