import { describe, expect, it } from 'vitest';
import { mesos } from '../../../proto/index.js';
import { MasterRig } from '../../../test/support/master-rig.js';
import { commandTask, frameworkInfo } from '../../../test/support/scripted-scheduler.js';

const { TASK_LOST, TASK_UNKNOWN } = mesos.v1.TaskState;
const { RECONCILE } = mesos.v1.scheduler.Call.Type;

describe('a reconciliation', () => {
  it('tells again of a task that was lost with an agent that is no more', () => {
    const rig = new MasterRig();
    const agent = rig.registeredAgent();
    const scheduler = rig.scheduler().subscribe(frameworkInfo({}, 'PARTITION_AWARE'));
    scheduler.launch(scheduler.takeOffers(), commandTask('t', agent.id));
    agent.hangUp();
    rig.registeredAgent(); // its successor on the host
    expect(scheduler.takeStatus().state).toBe(TASK_LOST);
    const ask = (id: string) => {
      const tasks = [{ taskId: { value: id }, agentId: { value: agent.id } }];
      scheduler.call({ type: RECONCILE, reconcile: { tasks } });
      return scheduler.takeStatus().state;
    };
    expect(ask('t')).toBe(TASK_LOST);
    expect(ask('another')).toBe(TASK_UNKNOWN);
  });
});
