import { describe, expect, it } from 'vitest';
import { agentId, frameworkId } from '../../common/ids.js';
import { parseResources } from '../../common/resources/parse.js';
import { type ExecutorInfo, mesos, type TaskInfo } from '../../proto/index.js';
import type { LaunchSite } from './launch-site.js';
import { validateTask } from './task.js';
import { validateTaskGroup } from './task-group.js';

const resources = (text: string) => parseResources(text).allocatedTo('*').toWire();
const site: LaunchSite = {
  frameworkId: frameworkId('f'),
  agentId: agentId('a'),
  available: parseResources('cpus:4;mem:4096;disk:100;ports:[1000-1010]').allocatedTo('*'),
  agentTakesLimits: false,
  hasTask: () => false,
  hasUnreachableTask: () => false,
  runningExecutor: () => undefined,
  tasksUnder: () => [],
};
const task = (more: Partial<TaskInfo> = {}): TaskInfo => ({
  name: 't',
  taskId: { value: 't' },
  agentId: { value: 'a' },
  command: { value: 'true' },
  resources: resources('cpus:1;mem:64'),
  ...more,
});
const executor = (more: Partial<ExecutorInfo> = {}): ExecutorInfo => ({
  executorId: { value: 'e' },
  frameworkId: { value: 'f' },
  command: { value: 'run' },
  resources: resources('cpus:0.1;mem:32'),
  ...more,
});
const withExecutor = (more: Partial<ExecutorInfo> = {}) => ({ command: null, executor: executor(more) });
const { COMMAND, HTTP, TCP } = mesos.v1.HealthCheck.Type;

describe('validateTask()', () => {
  it('has nothing against a sound task', () => {
    expect(validateTask(task(), site)).toEqual([]);
    expect(validateTask(task(withExecutor()), site)).toEqual([]);
  });

  it.each<[more: Partial<TaskInfo>, reason: string]>([
    [{ taskId: { value: '' } }, 'ID must not be empty'],
    [{ taskId: { value: 'x'.repeat(256) } }, 'ID must not be greater than 255 characters'],
    [{ taskId: { value: 'a\u0007' } }, "'a\u0007' contains invalid characters"],
    [{ maxCompletionTime: { nanoseconds: -1 } }, "Task's `max_completion_time` must be non-negative"],
    [
      { command: { value: 'x', environment: { variables: [{ name: 'V' }] } } },
      "Task's `CommandInfo` is invalid: Environment variable 'V' of type 'VALUE' must have a value set",
    ],
    [{ healthCheck: {} }, "Task uses invalid health check: HealthCheck must specify 'type'"],
    [
      { healthCheck: { type: COMMAND, command: { shell: false } } },
      "Task uses invalid health check: Command health check must contain 'executable path'",
    ],
    [
      { healthCheck: { type: HTTP, http: { port: 80, path: 'x' } } },
      "Task uses invalid health check: The path 'x' of HTTP health check must start with '/'",
    ],
    [{ healthCheck: { type: TCP } }, "Task uses invalid health check: Expecting 'tcp' to be set for TCP health check"],
    [
      { healthCheck: { type: TCP, tcp: { port: 1 }, delaySeconds: Number.NaN } },
      "Task uses invalid health check: Expecting 'delay_seconds' to be non-negative",
    ],
    [
      { check: { type: mesos.v1.CheckInfo.Type.COMMAND } },
      "Task uses invalid check: Expecting 'command' to be set for COMMAND check",
    ],
    [
      { container: { type: mesos.v1.ContainerInfo.Type.DOCKER } },
      "Task's `ContainerInfo` is invalid: DockerInfo 'docker' is not set for DOCKER typed ContainerInfo",
    ],
    [{ limits: { cpus: { value: 2 } } }, 'Agent is not capable of handling task resource limits'],
    [
      { resources: resources('cpus:1;gpus:0.5') },
      "Task uses invalid resources: The 'gpus' resource must be an unsigned integer",
    ],
    [
      withExecutor({ frameworkId: { value: 'other' } }),
      'ExecutorInfo has an invalid FrameworkID (Actual: other vs Expected: f)',
    ],
    [withExecutor({ executorId: { value: '..' } }), "'..' is disallowed"],
    [
      withExecutor({ shutdownGracePeriod: { nanoseconds: -1 } }),
      "ExecutorInfo's 'shutdown_grace_period' must be non-negative",
    ],
  ])('refuses %j', (more, reason) => {
    expect(validateTask(task(more), site)).toEqual([reason]);
  });

  it('refuses ports that task and executor both want', () => {
    const both = {
      resources: resources('cpus:1;mem:64;ports:[1000-1001]'),
      ...withExecutor({ resources: resources('ports:[1001-1002]') }),
    };
    expect(validateTask(task(both), site)[0]).toMatch(/^There are overlapping resources in the task and its executor/);
  });

  it('takes limits at or above the resources from an agent that can hold them', () => {
    const able = { ...site, agentTakesLimits: true };
    expect(
      validateTask(task({ limits: { cpus: { value: 2 }, mem: { value: Number.POSITIVE_INFINITY } } }), able),
    ).toEqual([]);
    expect(validateTask(task({ limits: { cpus: { value: 0.5 } } }), able)).toEqual([
      'The cpu limit must be greater than or equal to the cpu request',
    ]);
  });
});

describe('validateTaskGroup()', () => {
  const own = executor({
    type: mesos.v1.ExecutorInfo.Type.DEFAULT,
    command: null,
    resources: resources('cpus:0.1;mem:32;disk:1'),
  });

  it('has nothing against a sound group', () => {
    expect(validateTaskGroup({ tasks: [task(), task({ taskId: { value: 'u' } })] }, own, site)).toEqual([]);
  });

  it.each<[tasks: TaskInfo[], executor: ExecutorInfo, reason: string]>([
    [[], own, 'Task group has no tasks'],
    [[task(), task()], own, 'Task has duplicate ID: t'],
    [[task({ taskId: { value: 'a/b' } })], own, "Task 'a/b' is invalid: 'a/b' contains invalid characters"],
    [[task()], { ...own, type: null }, "'ExecutorInfo.type' must be set"],
    [
      [task()],
      { ...own, resources: resources('cpus:0.1;mem:16;disk:1') },
      "Executor 'e' uses less memory (16MB) than the minimum required (32MB)",
    ],
    [
      [task({ resources: resources('cpus:4;mem:64') })],
      own,
      'Total resources cpus(allocated: *):4.1; mem(allocated: *):96; disk(allocated: *):1 required by task group and its executor are more than available cpus(allocated: *):4; mem(allocated: *):4096; disk(allocated: *):100; ports(allocated: *):[1000-1010]',
    ],
  ])('refuses %#', (tasks, by, reason) => {
    const [first] = validateTaskGroup({ tasks }, by, site);
    expect(first?.replace('ports(allocated: *):[1000-1010]; cpus', 'cpus')).toContain(
      reason.split('; disk(allocated: *):100')[0],
    );
  });
});
