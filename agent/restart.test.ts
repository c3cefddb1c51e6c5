import { describe, expect, it } from 'vitest';
import { mesos } from '../proto/index.js';
import { AGENT_INFO, AgentRig, commandTask, FRAMEWORK } from '../test/support/agent-rig.js';
import { FakeHost, scriptOf } from '../test/support/fake-containerizer.js';

const { TaskState } = mesos.v1;
const Reason = mesos.v1.TaskStatus.Reason;
const executor = { executorId: { value: 'e' }, type: mesos.v1.ExecutorInfo.Type.DEFAULT };

/** A machine where every step takes its time, so that an agent can be killed between any two. */
const slowRig = (seed: number) => {
  const rig = new AgentRig({}, (clock) => new FakeHost(clock, scriptOf, { startMs: () => 3, reportMs: () => 2 }), seed);
  return rig;
};

/** Numbers of events after which the agent is killed: far enough to cover the whole life of a task. */
const MOMENTS = Array.from({ length: 60 }, (_, at) => at);

function killAfterSteps(rig: AgentRig, steps: number): void {
  for (let step = 0; step < steps; step++) rig.clock.step();
  rig.kill();
}

describe('an agent killed at any moment', () => {
  it.each(MOMENTS)('(after %d events) runs a command once and tells its true end', (steps) => {
    const rig = slowRig(steps).start();
    rig.run(commandTask('t', 'sleep 0.02; exit 3'));
    killAfterSteps(rig, steps);
    rig.clock.advance(20);
    rig.restart();
    rig.clock.advance(120_000);
    const states = rig.master.statesOf('t');
    if (states.length === 0) {
      // The launch never reached the disk: the master learns at re-registration that the task is not here.
      expect(rig.host.taskStarts.size).toBe(0);
      expect(rig.master.heard.findLast((message) => message.reregister)?.reregister?.tasks).toEqual([]);
      return;
    }
    expect(states).toEqual(['STARTING', 'RUNNING', 'FAILED']);
    expect(rig.master.lastOf('t')?.message).toBe('Command exited with status 3');
    expect([...rig.host.taskStarts.values()]).toEqual([1]);
    expect(rig.agent.frameworks.size).toBe(0);
  });

  it.each(MOMENTS)('(after %d events, then again) still runs a group once and ends it whole', (steps) => {
    const rig = slowRig(steps).start();
    const tasks = [
      commandTask('a', 'sleep 0.02; exit 4'),
      commandTask('b', 'sleep 60'),
      commandTask('c', 'sleep 0.01'),
    ];
    rig.master.say({ runTaskGroup: { framework: FRAMEWORK, executor, taskGroup: { tasks } } });
    killAfterSteps(rig, steps);
    rig.clock.advance(5);
    rig.restart();
    killAfterSteps(rig, steps);
    rig.restart();
    rig.clock.advance(120_000);
    for (const count of rig.host.taskStarts.values()) expect(count).toBe(1);
    expect(rig.host.running).toEqual([]);
    expect(rig.agent.frameworks.size).toBe(0);
    if (rig.host.taskStarts.size === 0) return;
    expect(['a', 'b', 'c'].map((id) => rig.master.statesOf(id).at(-1))).toEqual(['FAILED', 'KILLED', 'FINISHED']);
  });

  it.each(MOMENTS)('(after %d events) goes on with a kill', (steps) => {
    const rig = slowRig(steps).start();
    rig.run(commandTask('t', 'trap "" TERM; sleep 600'));
    rig.clock.advance(50);
    rig.master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: 't' } } });
    killAfterSteps(rig, steps);
    rig.restart();
    const ended = rig.master.statesOf('t').includes('KILLED');
    if (!ended) rig.master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: 't' } } }); // as its owner repeats it
    rig.clock.advance(60_000);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING', 'KILLED']);
    expect(rig.host.running).toEqual([]);
  });
});

describe('recovery', () => {
  it('keeps the id and tells masters what runs', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 600'));
    rig.clock.advance(1_000);
    rig.kill();
    rig.restart();
    const { reregister } = rig.master.heard.at(-1) ?? {};
    expect(reregister).toMatchObject({
      agent: { id: { value: 'S0' } },
      tasks: [{ taskId: { value: 't' }, state: TaskState.TASK_RUNNING }],
      executors: [],
    });
  });

  it('ends the tasks of frameworks that asked for no checkpoints, and says nothing of them', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 600'), { ...FRAMEWORK, checkpoint: false });
    rig.clock.advance(1_000);
    rig.kill();
    rig.restart();
    expect(rig.host.running).toEqual([]);
    expect(rig.master.heard.at(-1)?.reregister?.tasks).toEqual([]);
  });

  it('after a reboot signals nothing, keeps the id and counts as failed what nobody saw end', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('ended', 'sleep 1; exit 3'));
    rig.run(commandTask('t', 'sleep 600'));
    rig.clock.advance(500);
    rig.kill();
    rig.clock.advance(1_000);
    rig.host.reboot();
    rig.bootId = 'boot-2';
    rig.restart();
    expect(rig.host.signals).toEqual([]);
    expect(rig.master.lastOf('t')).toMatchObject({
      state: TaskState.TASK_FAILED,
      reason: Reason.REASON_AGENT_RESTARTED,
    });
    expect(rig.master.lastOf('ended')?.message).toBe('Command exited with status 3');
    expect(rig.agent.id).toBe('S0');
  });

  it('refuses an agent that shrank, naming what differs and what to do', () => {
    const rig = new AgentRig().start();
    rig.kill();
    const less = [{ ...AGENT_INFO.resources[0], name: 'cpus', type: 0, scalar: { value: 2 } }];
    rig.restart({ info: { ...AGENT_INFO, resources: less }, reconfigurationPolicy: 'additive' });
    expect(String(rig.outcome)).toContain('resources was "cpus:4", is "cpus:2"');
    expect(String(rig.outcome)).toContain('--recover=cleanup');
    expect(rig.agent.standing).toBe('recovering');
  });

  it('lets an agent grow when additions are allowed, and says how when not', () => {
    const rig = new AgentRig().start();
    rig.kill();
    const info = { ...AGENT_INFO, attributes: [{ name: 'rack', type: 3, text: { value: 'r1' } }] };
    rig.restart({ info });
    expect(String(rig.outcome)).toContain('attributes was "", is "rack:r1"');
    expect(String(rig.outcome)).toContain('--reconfiguration_policy=additive');
    rig.kill();
    rig.restart({ info, reconfigurationPolicy: 'additive' });
    expect(rig.outcome).toBe('ready');
    expect(rig.master.heard.at(-1)?.reregister?.agent.attributes).toHaveLength(1);
  });

  it('with --recover=cleanup ends and forgets everything, and the next agent is a new one', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 600'));
    rig.clock.advance(1_000);
    rig.kill();
    rig.restart({ recover: 'cleanup' });
    expect(rig.host.running).toEqual([]);
    expect(rig.exits).toHaveLength(1);
    rig.kill();
    rig.restart({});
    expect(rig.master.heard.at(-1)?.register).toBeTruthy();
  });

  it('refuses corrupt records when strict, and salvages the rest when not', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 600'));
    rig.run(commandTask('u', 'sleep 600'));
    rig.clock.advance(1_000);
    rig.store.write([{ op: 'put', key: 'task/F/t/t', value: Uint8Array.of(255, 255, 255) }], () => {});
    rig.clock.advance(10);
    rig.kill();
    rig.restart();
    expect(String(rig.outcome)).toContain('record "task/F/t/t" cannot be read');
    expect(rig.host.running).toHaveLength(2);
    rig.kill();
    rig.restart({ strict: false });
    expect(rig.outcome).toBe('ready');
    expect(rig.host.running).toHaveLength(1);
    expect(rig.master.heard.findLast((message) => message.reregister)?.reregister?.tasks).toHaveLength(1);
  });

  it('ends the agent when the disk fails, before anything unwritten is acted upon', () => {
    const rig = new AgentRig().start();
    rig.store.write = (_changes, done) => {
      rig.clock.after(0, () => done(new Error('disk full')));
    };
    rig.run(commandTask('t', 'sleep 600'));
    rig.clock.advance(1_000);
    expect(rig.fatal[0]).toContain('disk full');
    expect(rig.host.starts.size).toBe(0);
  });
});
