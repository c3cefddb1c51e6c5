import { describe, expect, it } from 'vitest';
import { mesos } from '../proto/index.js';
import { AgentRig, commandTask, FRAMEWORK } from '../test/support/agent-rig.js';
import { FakeHost, scriptOf } from '../test/support/fake-containerizer.js';
import { FakeProber } from '../test/support/fake-prober.js';

const { SOURCE_AGENT, SOURCE_EXECUTOR } = mesos.v1.TaskStatus.Source;
const { TaskState } = mesos.v1;
const Reason = mesos.v1.TaskStatus.Reason;

const killable = { ...FRAMEWORK, capabilities: [{ type: mesos.v1.FrameworkInfo.Capability.Type.TASK_KILLING_STATE }] };

describe('a command task', () => {
  it.each([
    ['echo out; sleep 1', 'FINISHED', 'Command exited with status 0'],
    ['exit 3', 'FAILED', 'Command exited with status 3'],
    ['kill -9 $$', 'FAILED', 'Command terminated with signal Killed'],
  ])('whose command is "%s" ends %s: %s', (command, state, message) => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', command));
    rig.clock.advance(5_000);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING', state]);
    expect(rig.master.lastOf('t')).toMatchObject({
      message,
      source: SOURCE_EXECUTOR,
      agentId: { value: 'S0' },
      executorId: { value: 't' },
      containerStatus: {
        executorPid: 1000,
        networkInfos: [{ ipAddresses: [{ protocol: mesos.v1.NetworkInfo.Protocol.IPv4, ipAddress: '127.0.0.1' }] }],
      },
    });
  });

  it('leaves nothing behind once its end is acknowledged', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'exit 0'));
    rig.clock.advance(5_000);
    expect(rig.agent.frameworks.size).toBe(0);
    expect(rig.agent.completedFrameworks[0]?.completedExecutors[0]?.completedTasks[0]?.id).toBe('t');
    expect(rig.endedSandboxes).toEqual([
      expect.stringMatching(/^\/w\/slaves\/S0\/frameworks\/F\/executors\/t\/runs\/[-0-9a-f]{36}$/),
    ]);
    const keys: string[] = [];
    rig.store.read('', (found) => keys.push(...(found instanceof Error ? [] : found.map(([key]) => key))));
    rig.clock.advance(1);
    expect(keys).toEqual(['agent']);
  });

  it('is told to end, then made to, when its kill outlasts the grace period', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'trap "" TERM; sleep 100'), killable);
    rig.clock.advance(1_000);
    rig.master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: 't' } } });
    rig.clock.advance(2_999);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING', 'KILLING']);
    rig.clock.advance(10);
    expect(rig.host.signals.map(({ signal }) => signal)).toEqual([15, 9]);
    expect(rig.master.statesOf('t').at(-1)).toBe('KILLED');
    expect(rig.master.lastOf('t')?.message).toBe('Command terminated with signal Killed');
  });

  it('tells of no TASK_KILLING to a framework that does not know it', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 100'));
    rig.clock.advance(1_000);
    rig.master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: 't' } } });
    rig.clock.advance(10);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING', 'KILLED']);
    expect(rig.master.lastOf('t')?.message).toBe('Command terminated with signal Terminated');
  });

  it('never runs when its kill comes before its launch is on disk', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 100'));
    rig.master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: 't' } } });
    rig.clock.advance(1_000);
    expect(rig.master.statesOf('t')).toEqual(['KILLED']);
    expect(rig.master.lastOf('t')).toMatchObject({
      reason: Reason.REASON_TASK_KILLED_DURING_LAUNCH,
      message: 'Killed before delivery to the executor',
    });
    expect(rig.host.starts.size).toBe(0);
  });

  it('fails for overstaying its time, without grace', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 100', { maxCompletionTime: { nanoseconds: 5e9 } }), killable);
    rig.clock.advance(6_000);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING', 'KILLING', 'FAILED']);
    expect(rig.master.lastOf('t')?.reason).toBe(Reason.REASON_MAX_COMPLETION_TIME_REACHED);
  });

  it('runs once though it is launched twice', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 1'));
    rig.run(commandTask('t', 'sleep 1'));
    rig.clock.advance(5_000);
    expect([...rig.host.taskStarts]).toEqual([['F/t', 1]]);
  });

  it.each([
    ['fetch', 'FAILED', Reason.REASON_CONTAINER_LAUNCH_FAILED, 'Failed to launch container: why'],
    ['sandbox', 'LOST', Reason.REASON_EXECUTOR_TERMINATED, 'why'],
  ] as const)('whose launch fails in phase %s ends %s', (phase, state, reason, message) => {
    const script = () => ({ launchFailure: { phase, message: 'why' } });
    const rig = new AgentRig({}, (clock) => new FakeHost(clock, script)).start();
    rig.run(commandTask('t', 'exit 0'));
    rig.clock.advance(1_000);
    expect(rig.master.statesOf('t')).toEqual([state]);
    expect(rig.master.lastOf('t')).toMatchObject({ reason, message, source: SOURCE_AGENT });
    expect(rig.master.lastOf('t')?.containerStatus).toBeUndefined();
  });

  it('with an image is refused, as there is nothing to provision it', () => {
    const rig = new AgentRig().start();
    const { MESOS } = mesos.v1.ContainerInfo.Type;
    const image = { type: mesos.v1.Image.Type.DOCKER, docker: { name: 'alpine' } };
    rig.run(commandTask('t', 'exit 0', { container: { type: MESOS, mesos: { image } } }));
    rig.clock.advance(1_000);
    expect(rig.master.lastOf('t')).toMatchObject({
      state: TaskState.TASK_FAILED,
      message: 'Failed to launch container: Unsupported container image type: DOCKER',
    });
  });

  it('whose exit status is lost says so', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 5'));
    rig.clock.advance(1_000);
    rig.host.loseExits();
    rig.clock.advance(10_000);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING', 'FAILED']);
    expect(rig.master.lastOf('t')?.message).toContain('cannot be told');
  });
});

describe('checks', () => {
  const seconds = { delaySeconds: 0, intervalSeconds: 0.5, timeoutSeconds: 5 };

  it('kill a task after so many failed health checks, and say it was unhealthy', () => {
    const rig = new AgentRig();
    rig.prober = new FakeProber(rig.clock, () => ({ kind: 'exited', code: 1 }));
    rig.restart();
    const healthCheck = { command: { value: 'false' }, consecutiveFailures: 2, gracePeriodSeconds: 0, ...seconds };
    rig.run(commandTask('t', 'sleep 60', { healthCheck }));
    rig.clock.advance(5_000);
    const statuses = rig.master.updatesOf('t').map(({ status }) => status);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING', 'RUNNING', 'RUNNING', 'KILLED']);
    expect(statuses.map(({ healthy }) => healthy)).toEqual([undefined, undefined, false, false, false]);
    expect(statuses[3]?.reason).toBe(Reason.REASON_TASK_HEALTH_CHECK_STATUS_UPDATED);
    expect(statuses[4]?.reason).toBeUndefined();
  });

  it('report what changes, and nothing at first and last', () => {
    const rig = new AgentRig();
    rig.prober = new FakeProber(rig.clock, () => ({ kind: 'exited', code: 7 }));
    rig.restart();
    const { COMMAND } = mesos.v1.CheckInfo.Type;
    rig.run(
      commandTask('t', 'sleep 4', { check: { type: COMMAND, command: { command: { value: 'exit 7' } }, ...seconds } }),
    );
    rig.clock.advance(9_000);
    const statuses = rig.master.updatesOf('t').map(({ status }) => status.checkStatus);
    const empty = { type: COMMAND, command: {} };
    expect(statuses).toEqual([empty, empty, { type: COMMAND, command: { exitCode: 7 } }, empty]);
  });

  it('count nothing against a task within its grace period, nor a probe that is cancelled with it', () => {
    const rig = new AgentRig();
    rig.prober = new FakeProber(rig.clock, (_, count) =>
      count < 4 ? { kind: 'refused', message: '' } : { kind: 'connected' },
    );
    rig.restart();
    const healthCheck = { tcp: { port: 80 }, consecutiveFailures: 1, gracePeriodSeconds: 10, ...seconds };
    rig.run(commandTask('t', 'sleep 5', { healthCheck }));
    rig.clock.advance(9_000);
    expect(rig.master.updatesOf('t').map(({ status }) => status.healthy)).toEqual([
      undefined,
      undefined,
      true,
      undefined,
    ]);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.11', '127.0.0.11'], // one of several hosts on one machine
    ['10.0.0.7', '127.0.0.1'],
  ])('on an agent at %s ask tasks on %s, and on ::1 when they say IPv6', (ip, host) => {
    const rig = new AgentRig({ ip }).start();
    const prober = new FakeProber(rig.clock);
    rig.prober = prober;
    rig.kill();
    rig.restart();
    const check = { type: mesos.v1.CheckInfo.Type.TCP, tcp: { port: 81 }, ...seconds };
    rig.run(commandTask('t', 'sleep 1', { healthCheck: { http: { port: 80 }, ...seconds }, check }));
    const { IPv6 } = mesos.v1.NetworkInfo.Protocol;
    rig.run(commandTask('u', 'sleep 1', { healthCheck: { tcp: { port: 82, protocol: IPv6 }, ...seconds } }));
    rig.clock.advance(100);
    expect(prober.probed).toMatchObject([
      { kind: 'http', host, port: 80 },
      { kind: 'tcp', host, port: 81 },
      { kind: 'tcp', host: '::1', port: 82 },
    ]);
  });

  it('fail a probe that does not answer in time', () => {
    const rig = new AgentRig();
    rig.prober = new FakeProber(rig.clock, () => undefined);
    rig.restart();
    const healthCheck = { tcp: { port: 80 }, consecutiveFailures: 1, gracePeriodSeconds: 0, ...seconds };
    rig.run(commandTask('t', 'sleep 60', { healthCheck }));
    rig.clock.advance(4_000);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING']);
    rig.clock.advance(2_000);
    expect(rig.master.statesOf('t').at(-1)).toBe('KILLED');
  });
});

describe('a task group', () => {
  const executor = { executorId: { value: 'e' }, type: mesos.v1.ExecutorInfo.Type.DEFAULT };
  const launch = (rig: AgentRig, ...tasks: [id: string, command: string][]) =>
    rig.master.say({
      runTaskGroup: {
        framework: FRAMEWORK,
        executor,
        taskGroup: { tasks: tasks.map(([id, value]) => commandTask(id, value)) },
      },
    });
  const exitOf = (rig: AgentRig) => rig.master.heard.filter(({ executorExited }) => executorExited);

  it('runs each task in a container of its own under the executor, and ends with the last', () => {
    const rig = new AgentRig().start();
    launch(rig, ['a', 'sleep 1'], ['b', 'sleep 2']);
    rig.clock.advance(1_500);
    expect(exitOf(rig)).toEqual([]);
    rig.clock.advance(2_000);
    expect(rig.master.statesOf('a')).toEqual(['STARTING', 'RUNNING', 'FINISHED']);
    expect(rig.master.statesOf('b')).toEqual(['STARTING', 'RUNNING', 'FINISHED']);
    const [running] = rig.master.updatesOf('a');
    expect(running?.status.containerStatus?.containerId?.parent?.value).toMatch(/^[-0-9a-f]{36}$/);
    const last = rig.master.lastOf('a')?.containerStatus;
    expect(Object.keys(last ?? {})).toEqual(['containerId']);
    expect(exitOf(rig)).toMatchObject([{ executorExited: { executorId: { value: 'e' }, status: 0 } }]);
    expect(rig.agent.frameworks.size).toBe(0);
    expect(rig.endedSandboxes).toHaveLength(1);
  });

  it('stands and falls together when one fails, but other groups of the executor go on', () => {
    const rig = new AgentRig().start();
    launch(rig, ['a', 'sleep 1; exit 4'], ['b', 'sleep 60']);
    launch(rig, ['c', 'sleep 5']);
    rig.clock.advance(3_000);
    expect(rig.master.statesOf('a').at(-1)).toBe('FAILED');
    expect(rig.master.statesOf('b').at(-1)).toBe('KILLED');
    expect(rig.master.statesOf('c').at(-1)).toBe('RUNNING');
    rig.clock.advance(5_000);
    expect(rig.master.statesOf('c').at(-1)).toBe('FINISHED');
  });

  it('is killed whole when one of it is killed', () => {
    const rig = new AgentRig().start();
    launch(rig, ['a', 'sleep 60'], ['b', 'sleep 60']);
    rig.clock.advance(1_000);
    rig.master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: 'a' } } });
    rig.clock.advance(2_000);
    expect([rig.master.statesOf('a').at(-1), rig.master.statesOf('b').at(-1)]).toEqual(['KILLED', 'KILLED']);
    expect(rig.host.running).toEqual([]);
  });
});

describe('status updates', () => {
  it('are sent one at a time, and again with growing waits until acknowledged', () => {
    const rig = new AgentRig().start();
    rig.master.acknowledges = false;
    rig.run(commandTask('t', 'sleep 1'));
    rig.clock.advance(100_000);
    expect(rig.master.statesOf('t')).toEqual(['STARTING']);
    expect(rig.master.updatesOf('t')).toHaveLength(4); // at 0, 10, 30 and 70 s
    expect(rig.master.updatesOf('t').at(-1)?.latestState).toBe(TaskState.TASK_FINISHED);
    rig.master.acknowledges = true;
    rig.master.drop();
    rig.clock.advance(3_000);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING', 'FINISHED']);
    expect(rig.agent.frameworks.size).toBe(0);
  });

  it('are sent again at once when their framework has come back, with the info it came back with', () => {
    const rig = new AgentRig().start();
    rig.master.acknowledges = false;
    rig.run(commandTask('t', 'sleep 600'));
    rig.clock.advance(1_000);
    expect(rig.master.updatesOf('t')).toHaveLength(1);
    rig.master.acknowledges = true;
    rig.master.say({ updateFramework: { framework: { ...FRAMEWORK, name: 'renamed' } } });
    rig.clock.advance(10);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING']);
    expect([...rig.agent.frameworks.values()].map(({ info }) => info.name)).toEqual(['renamed']);
  });

  it('survive late, double and foreign acknowledgements', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 50'));
    rig.clock.advance(1_000);
    const [first] = rig.master.updatesOf('t');
    if (first) rig.master.acknowledge(first);
    if (first) rig.master.acknowledge({ ...first, status: { ...first.status, taskId: { value: 'other' } } });
    rig.clock.advance(1_000);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING']);
  });
});

describe('registration', () => {
  it('dials again when the master falls silent', () => {
    const rig = new AgentRig().start();
    rig.clock.advance(600_000);
    expect(rig.agent.standing).toBe('registered');
    expect(rig.master.dials).toBe(1);
    rig.master.pings = false;
    rig.clock.advance(80_000);
    expect(rig.master.dials).toBe(2);
    expect(rig.master.heard.at(-1)?.reregister?.agent.id?.value).toBe('S0');
  });

  it('re-registers with what runs when the master says it counts as disconnected', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 50'));
    rig.clock.advance(1_000);
    rig.master.say({ ping: { connected: false } });
    rig.clock.advance(1_000);
    const { reregister } = rig.master.heard.findLast((message) => message.reregister) ?? {};
    expect(reregister?.tasks).toMatchObject([{ taskId: { value: 't' }, state: TaskState.TASK_RUNNING }]);
    expect(reregister?.tasks?.[0]?.executorId).toBeUndefined();
    expect(reregister?.frameworks).toMatchObject([{ id: { value: 'F' } }]);
    expect(rig.agent.standing).toBe('registered');
  });

  it('backs off up to a minute while nobody answers', () => {
    const rig = new AgentRig();
    rig.master.answers = false;
    rig.start();
    rig.clock.advance(3_600_000);
    expect(rig.master.dials).toBeGreaterThan(40);
    expect(rig.master.dials).toBeLessThan(100);
  });

  it('ends the agent when the master refuses it, with the reason', () => {
    const rig = new AgentRig().start();
    rig.master.say({ refused: { message: 'marked gone' } });
    rig.clock.advance(1);
    expect(rig.fatal).toEqual(['The master refused this agent: marked gone']);
    expect(rig.agent.standing).toBe('stopped');
  });
});

describe('endings', () => {
  it('of a framework end its tasks without a word', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'sleep 50'));
    rig.run(commandTask('u', 'sleep 50'));
    rig.clock.advance(1_000);
    const before = rig.master.updates.length;
    rig.master.say({ shutdownFramework: { frameworkId: { value: 'F' } } });
    rig.clock.advance(5_000);
    expect(rig.host.running).toEqual([]);
    expect(rig.master.updates).toHaveLength(before);
    expect(rig.agent.frameworks.size).toBe(0);
  });

  it('of the agent end everything, take leave and exit', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'trap "" TERM; sleep 50'));
    rig.clock.advance(1_000);
    rig.master.say({ shutdownAgent: { message: 'gone' } });
    rig.clock.advance(10_000);
    expect(rig.host.running).toEqual([]);
    expect(rig.master.heard.some(({ unregister }) => unregister)).toBe(true);
    expect(rig.exits).toEqual(['Told by the master to shut down: gone']);
  });

  it('of the agent start nothing any more, wait for nobody beyond a bound, and forget who it was', () => {
    const rig = new AgentRig({ executorShutdownGraceMs: 5_000 }).start();
    const hours = { shutdownGracePeriod: { nanoseconds: 3_600e9 } };
    const { command: _, ...task } = commandTask('t', '');
    rig.run({
      ...task,
      executor: { executorId: { value: 'e' }, command: { value: 'trap "" TERM; sleep 99999' }, ...hours },
    });
    rig.clock.advance(1_000);
    const call = { frameworkId: { value: 'F' }, executorId: { value: 'e' } };
    const { SUBSCRIBE } = mesos.v1.executor.Call.Type;
    rig.agent.executorSubscribe({ ...call, type: SUBSCRIBE, subscribe: {} }, { send: () => {}, close: () => {} });
    rig.agent.leave('told so');
    rig.run(commandTask('late', 'sleep 100'), { ...FRAMEWORK, id: { value: 'G' } });
    rig.clock.advance(14_000);
    expect(rig.exits).toEqual([]);
    rig.clock.advance(1_100);
    expect(rig.exits).toEqual(['told so']);
    expect(rig.host.running).toEqual([]);
    expect(rig.host.starts.size).toBe(1);
    rig.kill();
    rig.restart();
    expect(rig.master.heard.at(-1)).toHaveProperty('register');
  });

  it('answer the kill of a task that never arrived', () => {
    const rig = new AgentRig().start();
    rig.master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: 'x' } } });
    rig.clock.advance(1_000);
    expect(rig.master.lastOf('x')).toMatchObject({ state: TaskState.TASK_LOST, source: SOURCE_AGENT });
  });

  it('are not told twice: the kill of a task that has ended is ignored', () => {
    const rig = new AgentRig().start();
    rig.run(commandTask('t', 'exit 0'));
    rig.clock.advance(1_000);
    rig.master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: 't' } } });
    rig.clock.advance(1_000);
    expect(rig.master.statesOf('t')).toEqual(['STARTING', 'RUNNING', 'FINISHED']);
  });
});

describe('a host where things take time', () => {
  it('kills a task that is being started', () => {
    const slow = { startMs: () => 5_000, reportMs: () => 100 };
    const rig = new AgentRig({}, (clock) => new FakeHost(clock, scriptOf, slow)).start();
    rig.run(commandTask('t', 'sleep 100'));
    rig.clock.advance(1_000);
    rig.master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: 't' } } });
    rig.clock.advance(10_000);
    expect(rig.master.statesOf('t')).toEqual(['KILLED']);
    expect(rig.host.starts.size).toBe(0);
  });
});
