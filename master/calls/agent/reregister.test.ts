import { describe, expect, it } from 'vitest';
import { mesos, type Task } from '../../../proto/index.js';
import { MasterRig } from '../../../test/support/master-rig.js';
import { commandTask, frameworkInfo } from '../../../test/support/scripted-scheduler.js';

const { TASK_DROPPED, TASK_FAILED, TASK_RUNNING, TASK_UNREACHABLE } = mesos.v1.TaskState;

/** A task was launched on an agent that then went out of sight. */
function unreachable() {
  const rig = new MasterRig();
  const agent = rig.registeredAgent();
  const scheduler = rig.scheduler().subscribe(frameworkInfo({}, 'PARTITION_AWARE'));
  scheduler.launch(scheduler.takeOffers(), commandTask('t', agent.id));
  const { framework } = agent.take('runTask');
  agent.answers = false;
  rig.clock.advance(100_000);
  expect(scheduler.takeStatus().state).toBe(TASK_UNREACHABLE);
  agent.answers = true;
  const task = (state: mesos.v1.TaskState): Task => ({
    name: 't',
    taskId: { value: 't' },
    frameworkId: { value: scheduler.id },
    agentId: { value: agent.id },
    state,
    resources: [],
  });
  const rows = () => rig.master.frameworks.live.get(framework.id?.value as never);
  return { rig, agent, scheduler, framework, task, rows };
}

describe('an agent that was unreachable and returns', () => {
  it('brings its tasks back, and the framework hears that they run', () => {
    const { agent, scheduler, framework, task, rows } = unreachable();
    agent.reregister({ frameworks: [framework], tasks: [task(TASK_RUNNING)] });
    expect(scheduler.takeStatus().state).toBe(TASK_RUNNING);
    expect(rows()?.unreachableTasks.size).toBe(0);
  });

  it('leaves it to the updates to tell of a task that ended, when others come before its end', () => {
    const { agent, scheduler, framework, task } = unreachable();
    const ended = { ...task(TASK_FAILED), statusUpdateState: TASK_RUNNING };
    agent.reregister({ frameworks: [framework], tasks: [ended] });
    expect(() => scheduler.takeStatus()).toThrow('Cannot take update');
    agent.update(scheduler.id, 't', TASK_RUNNING, {});
    expect(scheduler.takeStatus().state).toBe(TASK_RUNNING);
  });

  it('ends the tasks that never reached it', () => {
    const { agent, scheduler, rows } = unreachable();
    agent.reregister();
    expect(scheduler.takeStatus().state).toBe(TASK_DROPPED);
    expect(rows()?.unreachableTasks.size).toBe(0);
    expect(rows()?.completedTasks).toHaveLength(1);
  });
});
