import { describe, expect, it } from 'vitest';
import type { ExecutorEvent, TaskInfo } from '../proto/index.js';
import { mesos } from '../proto/index.js';
import { AgentRig, commandTask } from '../test/support/agent-rig.js';
import type { AgentOptions } from './ports.js';

const { SUBSCRIBE } = mesos.v1.executor.Call.Type;
const { HEARTBEAT } = mesos.v1.executor.Event.Type;

/** A task for a program of the framework's own. */
function programTask(id: string): TaskInfo {
  const { command: _, ...task } = commandTask(id, '');
  return { ...task, executor: { executorId: { value: 'e' }, command: { value: 'trap "" TERM; sleep 99999' } } };
}

/** An agent with one such program, which subscribes if told. */
function withProgram(settings: Partial<AgentOptions>, subscribes: boolean) {
  const rig = new AgentRig(settings).start();
  const events: ExecutorEvent[] = [];
  rig.run(programTask('t'));
  rig.clock.advance(10);
  if (subscribes) {
    const ids = { frameworkId: { value: 'F' }, executorId: { value: 'e' } };
    const link = { send: (event: ExecutorEvent) => events.push(event), close: () => {} };
    rig.agent.executorSubscribe({ ...ids, type: SUBSCRIBE, subscribe: {} }, link);
  }
  const spec = rig.host.specOf(rig.host.running[0] ?? '');
  return { rig, events, environment: spec?.environment ?? {}, user: spec?.user };
}

describe('a setting of the agent', () => {
  it('environment is all that programs find beside what the agent tells them', () => {
    const { environment } = withProgram({ environment: { COLOUR: 'blue' } }, false);
    expect(environment).toMatchObject({ COLOUR: 'blue', MESOS_EXECUTOR_ID: 'e' });
    expect(environment['PATH']).toBeUndefined();
  });

  it.each([
    [true, 'nobody'],
    [false, undefined],
  ])('switchUser %s runs programs as %s', (switchUser, user) => {
    expect(withProgram({ switchUser }, false).user).toBe(user);
  });

  it('recoveryTimeoutMs and executorReregistrationTimeoutMs are told to programs', () => {
    const settings = { recoveryTimeoutMs: 120_000, executorReregistrationTimeoutMs: 7_000 };
    expect(withProgram(settings, false).environment).toMatchObject({
      MESOS_RECOVERY_TIMEOUT: '2mins',
      MESOS_SUBSCRIPTION_BACKOFF_MAX: '7secs',
    });
  });

  it('executorReregistrationTimeoutMs ends a program that does not come back to a restarted agent', () => {
    const { rig } = withProgram({ executorReregistrationTimeoutMs: 7_000 }, true);
    rig.kill();
    rig.restart();
    rig.clock.advance(4_900); // 2 s have passed during the start
    expect(rig.host.running).toHaveLength(1);
    rig.clock.advance(200);
    expect(rig.host.running).toEqual([]);
    expect(rig.master.lastOf('t')?.message).toBe('Executor did not reregister within 7secs');
  });

  it('executorRegistrationTimeoutMs ends a program that never subscribes', () => {
    const { rig } = withProgram({ executorRegistrationTimeoutMs: 3_000 }, false);
    rig.clock.advance(2_900);
    expect(rig.host.running).toHaveLength(1);
    rig.clock.advance(200);
    expect(rig.master.lastOf('t')?.message).toBe('Executor did not register within 3secs');
  });

  it('executorShutdownGraceMs is what a program has to end by itself', () => {
    const { rig, environment } = withProgram({ executorShutdownGraceMs: 9_000 }, true);
    expect(environment['MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD']).toBe('9secs');
    rig.master.say({ shutdownExecutor: { frameworkId: { value: 'F' }, executorId: { value: 'e' } } });
    rig.clock.advance(8_900);
    expect(rig.host.running).toHaveLength(1);
    rig.clock.advance(200);
    expect(rig.host.running).toEqual([]);
  });

  it('heartbeatMs is the time between two signs of life', () => {
    const { rig, events } = withProgram({ heartbeatMs: 4_000 }, true);
    rig.clock.advance(12_100);
    expect(events.filter(({ type }) => type === HEARTBEAT)).toHaveLength(3);
  });

  it.each([
    [10, true],
    [3_600_000, false],
  ])('registrationBackoffMs %d lets the agent register within 10 ms: %s', (registrationBackoffMs, soon) => {
    const rig = new AgentRig({ registrationBackoffMs });
    rig.agent.start(() => {});
    rig.clock.advance(11);
    expect(rig.master.dials === 1).toBe(soon);
  });

  it('maxCompletedExecutorsPerFramework is how many ended executors are shown', () => {
    const rig = new AgentRig({ maxCompletedExecutorsPerFramework: 2 }).start();
    rig.run(commandTask('long', 'sleep 600'));
    for (const id of ['a', 'b', 'c']) {
      rig.run(commandTask(id, 'true'));
      rig.clock.advance(1_000);
    }
    const shown = [...rig.agent.frameworks.values()].flatMap(({ completedExecutors }) => completedExecutors);
    expect(shown.map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('info and ip are what masters and programs are told', () => {
    const info = { hostname: 'web1', port: 6000, resources: [] };
    const { rig, environment } = withProgram({ info, ip: '10.0.0.7' }, false);
    expect(rig.master.heard[0]?.register?.agent).toMatchObject(info);
    expect(environment).toMatchObject({
      MESOS_AGENT_ENDPOINT: '10.0.0.7:6000',
      MESOS_SLAVE_PID: 'slave(1)@10.0.0.7:6000',
      LIBPROCESS_IP: '10.0.0.7',
    });
  });
});
