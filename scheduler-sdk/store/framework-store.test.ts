import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { FailingStore } from '../../common/store/failing-store.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import type { Store, StorePair } from '../../common/store/store.js';
import { meseta, mesos } from '../../proto/index.js';
import { type FrameworkMemory, FrameworkStore } from './framework-store.js';
import { isTerminal, type LaunchedTask, stateOf } from './launched-task.js';

const clock = new VirtualClock();

const launched: LaunchedTask = {
  taskId: 't1',
  agentId: 'S1',
  info: { name: 't1', taskId: { value: 't1' }, agentId: { value: 'S1' } },
  status: undefined,
  uuid: undefined,
  kill: undefined,
  changedAtMs: 5,
};

function load(store: Store): FrameworkMemory | Error {
  let found: FrameworkMemory | Error = new Error('not answered');
  new FrameworkStore(store).load((outcome) => {
    found = outcome;
  });
  clock.advance(0);
  return found;
}

function storeWith(...pairs: StorePair[]): MemoryStore {
  return new MemoryStore(clock, {}, pairs);
}

describe('FrameworkStore', () => {
  it('gives back what was written, and leaves records of the author alone', () => {
    const bytes = storeWith();
    const store = new FrameworkStore(bytes);
    const killed: LaunchedTask = {
      ...launched,
      taskId: 't2',
      status: { taskId: { value: 't2' }, state: mesos.v1.TaskState.TASK_RUNNING },
      uuid: new Uint8Array([1, 2]),
      kill: { policy: { gracePeriod: { nanoseconds: 3e9 } } },
    };
    const own = { op: 'put', key: 'mine', value: new Uint8Array([7]) } as const;
    store.write(
      [
        { kind: 'subscribed', frameworkId: 'F1' },
        { kind: 'task', task: launched },
        { kind: 'task', task: killed },
        { kind: 'own', change: own },
      ],
      () => {},
    );
    clock.advance(0);
    const memory = load(bytes);
    if (memory instanceof Error) throw memory;
    expect(memory).toMatchObject({ frameworkId: 'F1', confirmed: true });
    expect([...memory.tasks.keys()]).toEqual(['t1', 't2']);
    expect(memory.tasks.get('t2')).toMatchObject({ kill: killed.kill, changedAtMs: 5 });
    expect([...(memory.tasks.get('t2')?.uuid ?? [])]).toEqual([1, 2]);

    store.write([{ kind: 'forget-framework' }, { kind: 'forget-task', taskId: 't1' }], () => {});
    clock.advance(0);
    expect(load(bytes)).toMatchObject({ frameworkId: undefined });
  });

  it('tells an id that no master has confirmed from one that was', () => {
    const bytes = storeWith();
    new FrameworkStore(bytes).write([{ kind: 'named', frameworkId: 'F1' }], () => {});
    clock.advance(0);
    expect(load(bytes)).toMatchObject({ frameworkId: 'F1', confirmed: false });
  });

  it('refuses the records of a newer release', () => {
    const newer = meseta.v1.SchedulerRecord.encode({ format: 99, frameworkId: { value: 'F1' } }).finish();
    expect(load(storeWith(['sdk/scheduler', newer]))).toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('record format is 99, this release reads up to 1'),
    });
  });

  it('says so when a record is damaged or cannot be read', () => {
    expect(load(storeWith(['sdk/task/t1', new Uint8Array([255])]))).toMatchObject({ code: 'CORRUPT' });
    expect(load(new FailingStore(storeWith(), { failReads: true }))).toMatchObject({ code: 'STORE_FAILED' });
  });
});

describe('isTerminal()', () => {
  it('counts as ended only what cannot come back', () => {
    const { TaskState } = mesos.v1;
    const names = Object.values(TaskState).filter((state) => typeof state === 'number');
    const alive = names.filter((state) => !isTerminal(state)).map((state) => TaskState[state]);
    expect(alive.sort()).toEqual([
      'TASK_GONE_BY_OPERATOR',
      'TASK_KILLING',
      'TASK_RUNNING',
      'TASK_STAGING',
      'TASK_STARTING',
      'TASK_UNKNOWN',
      'TASK_UNREACHABLE',
    ]);
    expect(stateOf(launched)).toBe(TaskState.TASK_STAGING);
  });
});
