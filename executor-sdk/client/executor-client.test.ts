import { describe, expect, it } from 'vitest';
import { mesos, type TaskInfo } from '../../proto/index.js';
import { type ScriptedAgentOptions, scriptedAgent } from '../testing/index.js';
import { ExecutorClient } from './executor-client.js';
import type { ExecutorHandler } from './handler.js';

const { TaskState } = mesos.v1;
const task = (id: string): TaskInfo => ({ name: id, taskId: { value: id }, agentId: { value: 'S1' } });

function start(handler: ExecutorHandler = {}, options: ScriptedAgentOptions = {}) {
  const agent = scriptedAgent(options);
  const executor = new ExecutorClient(agent.ports, handler);
  executor.start();
  return { agent, executor };
}

/** An executor that has subscribed and been given one task. */
function startWithTask(handler: ExecutorHandler = {}, options: ScriptedAgentOptions = {}) {
  const { agent, executor } = start({ launch: () => {}, ...handler }, options);
  agent.subscribe();
  agent.launch(task('t1'));
  return { agent, executor };
}

describe('ExecutorClient and its agent', () => {
  it('repeats tasks and updates that were not acknowledged when it subscribes again', () => {
    const { agent, executor } = startWithTask();
    executor.update('t1', TaskState.TASK_STARTING);
    agent.acknowledge(agent.expectUpdate());
    executor.update('t1', TaskState.TASK_RUNNING);
    const running = agent.expectUpdate();
    agent.launch(task('t2'));
    agent.disconnect();
    executor.update('t2', TaskState.TASK_STARTING);
    agent.advance(2_000);
    const { updates, tasks } = agent.subscribe();
    expect(updates.map(({ state }) => TaskState[state])).toEqual(['TASK_RUNNING', 'TASK_STARTING']);
    expect(updates[0]?.uuid).toEqual(running.uuid);
    expect(tasks.map(({ taskId }) => taskId.value)).toEqual(['t2']);
    agent.expectNothing();
  });

  it('loses no update that is made while SUBSCRIBE is under way', () => {
    const { agent, executor } = startWithTask();
    agent.disconnect();
    agent.advance(2_000);
    executor.update('t1', TaskState.TASK_RUNNING);
    expect(agent.subscribe().updates).toEqual([]);
    expect(agent.expectUpdate().state).toBe(TaskState.TASK_RUNNING);
  });

  it('starts a task once, even when the agent launches it again', () => {
    const launched: string[] = [];
    const { agent } = startWithTask({ launch: ({ taskId }) => launched.push(taskId.value) });
    agent.launch(task('t1'));
    expect(launched).toEqual(['t1']);
  });

  it('fails tasks that it cannot take', () => {
    const { agent } = start({
      launch: () => {
        throw new Error('no room');
      },
    });
    agent.subscribe();
    agent.launchGroup(task('t1'), task('t2'));
    expect(agent.expectUpdate().message).toBe('Cannot launch task: this executor takes none of its kind');
    agent.expectUpdate();
    agent.launch(task('t3'));
    expect(agent.expectUpdate().message).toBe('Cannot launch task: the executor failed: no room');
  });

  it('passes on kills, messages and acknowledgements', () => {
    const seen: string[] = [];
    const { agent, executor } = startWithTask({
      kill: (taskId, policy) => seen.push(`kill ${taskId} ${policy?.gracePeriod?.nanoseconds}`),
      message: (data) => seen.push(`message ${data.length}`),
      acknowledged: (taskId) => seen.push(`acknowledged ${taskId}`),
    });
    agent.kill('t1', { gracePeriod: { nanoseconds: 7 } });
    agent.message(new Uint8Array(3));
    executor.update('t1', TaskState.TASK_KILLED);
    agent.acknowledge(agent.expectUpdate());
    executor.message(new Uint8Array(2));
    expect(agent.expectMessage()).toHaveLength(2);
    expect(seen).toEqual(['kill t1 7', 'message 3', 'acknowledged t1']);
  });
});

describe('ExecutorClient ending', () => {
  it('exits when its last update is acknowledged, not before', () => {
    const { agent, executor } = startWithTask();
    executor.update('t1', TaskState.TASK_FINISHED);
    executor.finish();
    expect(agent.exited).toBeUndefined();
    agent.acknowledge(agent.expectUpdate());
    expect(agent.exited).toEqual({ code: 0, reason: 'finished' });
  });

  it('has the grace period to end when told to shut down', () => {
    const graces: number[] = [];
    const { agent } = startWithTask({ shutdown: (graceMs) => graces.push(graceMs) });
    agent.shutdown();
    expect(graces).toEqual([5_000]);
    agent.advance(4_999);
    expect(agent.exited).toBeUndefined();
    agent.advance(1);
    expect(agent.exited).toMatchObject({ code: 1 });
  });

  it('delivers the last updates of a shutdown', () => {
    const { agent, executor } = startWithTask({
      shutdown: () => {
        executor.update('t1', TaskState.TASK_KILLED);
        executor.finish();
      },
    });
    agent.shutdown();
    agent.acknowledge(agent.expectUpdate());
    expect(agent.exited).toMatchObject({ code: 0 });
  });

  it('waits for a restarting agent as long as the recovery timeout says, when checkpointing', () => {
    const { agent } = startWithTask({}, { recoveryTimeoutMs: 60_000 });
    agent.disconnect();
    agent.advance(30_000);
    agent.disconnect();
    agent.advance(29_999);
    expect(agent.exited).toBeUndefined();
    agent.advance(1);
    expect(agent.exited?.reason).toBe('the agent did not come back within 60 s');
  });

  it('is patient anew after the agent has come back', () => {
    const { agent } = startWithTask({}, { recoveryTimeoutMs: 60_000 });
    for (let restart = 0; restart < 3; restart++) {
      agent.disconnect();
      agent.advance(50_000);
      agent.subscribe();
    }
    expect(agent.exited).toBeUndefined();
  });

  it('ends with its agent when not checkpointing', () => {
    const { agent } = startWithTask({}, { checkpoint: false });
    agent.disconnect();
    expect(agent.exited).toMatchObject({ code: 0 });
  });

  it('exits with an error when the agent says so', () => {
    const { agent } = startWithTask();
    agent.error('no such framework');
    expect(agent.exited).toEqual({ code: 1, reason: 'the agent says: no such framework' });
  });
});
