import { beforeEach, describe, expect, it } from 'vitest';
import { frameworkId, taskId } from '../../common/ids.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import type { StoreChange, StorePair } from '../../common/store/store.js';
import { mesos, type StatusUpdate, type TaskStatus } from '../../proto/index.js';
import { readRecords } from '../checkpoint/records.js';
import { UpdateStreams } from './update-streams.js';

const { TASK_STARTING, TASK_RUNNING, TASK_FINISHED } = mesos.v1.TaskState;
const F = { id: frameworkId('F'), checkpoint: true };
const T = taskId('t');

let nextUuid = 1;
const status = (state: mesos.v1.TaskState, task = 't'): TaskStatus => ({
  taskId: { value: task },
  state,
  uuid: new Uint8Array(16).fill(nextUuid++),
});

/** The streams on a disk that writes when told, with all they sent and all that settled. */
class Rig {
  readonly clock = new VirtualClock();
  readonly store = new MemoryStore(this.clock);
  readonly sent: StatusUpdate[] = [];
  readonly settled: string[] = [];
  readonly streams = new UpdateStreams({
    clock: this.clock,
    log: silentLogger,
    commit: (checkpoint, changes, then) => this.waiting.push({ changes: checkpoint ? changes : [], then }),
    forward: (update) => this.sent.push(update),
    settled: (_, task) => ({ changes: [], proceed: () => this.settled.push(task) }),
  });
  readonly waiting: { readonly changes: readonly StoreChange[]; readonly then: () => void }[] = [];

  /** Lets every write reach the disk. */
  flush(): this {
    for (let write = this.waiting.shift(); write; write = this.waiting.shift()) {
      this.store.write(write.changes, write.then);
      this.clock.advance(0);
    }
    return this;
  }

  add(...statuses: [TaskStatus, ...TaskStatus[]]): this {
    this.streams.append(F, statuses, [], () => {});
    return this;
  }

  acknowledge({ uuid, taskId: task }: TaskStatus): this {
    this.streams.acknowledge(F.id, taskId(task.value), uuid ?? new Uint8Array());
    return this;
  }

  get states(): mesos.v1.TaskState[] {
    return this.sent.map((update) => update.status.state);
  }

  get records(): readonly StorePair[] {
    let found: readonly StorePair[] = [];
    this.store.read('update/', (outcome) => {
      if (!(outcome instanceof Error)) found = outcome;
    });
    this.clock.advance(0);
    return found;
  }
}

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});

describe('an update', () => {
  it('is sent once it is on disk and there is a master, whichever comes last', () => {
    rig.streams.resume();
    rig.add(status(TASK_STARTING));
    expect(rig.sent).toEqual([]);
    expect(rig.flush().states).toEqual([TASK_STARTING]);

    rig.streams.pause();
    rig.add(status(TASK_STARTING, 'u')).flush();
    expect(rig.sent).toHaveLength(1);
    rig.streams.resume();
    expect(rig.sent.map((update) => update.status.taskId.value)).toEqual(['t', 't', 'u']);
  });

  it('waits for the acknowledgement of the one before, and tells the latest state all the while', () => {
    const [starting, running] = [status(TASK_STARTING), status(TASK_RUNNING)];
    rig.streams.resume();
    rig.add(starting, running).flush();
    expect(rig.sent).toMatchObject([{ status: { state: TASK_STARTING }, latestState: TASK_RUNNING }]);
    rig.acknowledge(running).flush();
    expect(rig.sent).toHaveLength(1);
    rig.acknowledge(starting).acknowledge(starting).flush();
    expect(rig.states).toEqual([TASK_STARTING, TASK_RUNNING]);
  });

  it.each([
    ['one that others follow', [TASK_STARTING, TASK_RUNNING, TASK_FINISHED] as const, []],
    ['the last', [TASK_FINISHED] as const, ['t']],
  ])(
    'is acknowledged once, however often that is said before it is on disk: %s',
    (_which, [first, ...rest], settled) => {
      const [head, ...others] = [status(first), ...rest.map((state) => status(state))];
      rig.streams.resume();
      rig.add(head, ...others).flush();
      rig.acknowledge(head).acknowledge(head);
      expect(rig.waiting).toHaveLength(1);
      rig.flush();
      expect(rig.states).toEqual([first, ...rest.slice(0, 1)]);
      expect(rig.streams.outstanding(F.id, T)).toEqual(others[0]);
      expect(rig.settled).toEqual(settled);
    },
  );

  it('is repeated after 10 s, 20 s and so on up to 10 min, never while there is no master', () => {
    rig.streams.resume();
    rig.add(status(TASK_RUNNING)).flush();
    const waits = [];
    for (let last = rig.clock.nowMs(), n = 1; n <= 9; n++) {
      while (rig.sent.length === n) rig.clock.advance(1_000);
      waits.push((rig.clock.nowMs() - last) / 1_000);
      last = rig.clock.nowMs();
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 600, 600, 600]);
    rig.streams.pause();
    rig.clock.advance(3_600_000);
    expect(rig.sent).toHaveLength(10);
  });

  it('is repeated at once when its framework has come back, and from the shortest wait again', () => {
    rig.streams.resume();
    rig.add(status(TASK_RUNNING)).flush();
    rig.streams.append({ ...F, id: frameworkId('G') }, [status(TASK_RUNNING)], [], () => {});
    rig.flush().clock.advance(30_000);
    const before = rig.sent.length;
    rig.streams.resend(F.id);
    expect(rig.sent.slice(before).map((update) => update.frameworkId.value)).toEqual(['F']);
    rig.clock.advance(10_000);
    expect(rig.sent.slice(before).filter((update) => update.frameworkId.value === 'F')).toHaveLength(2);
  });

  it('is not repeated for a framework that comes back while there is no master', () => {
    rig.add(status(TASK_RUNNING)).flush();
    rig.streams.resend(F.id);
    expect(rig.sent).toEqual([]);
  });
});

describe('a stream', () => {
  it('ends with the acknowledgement of a terminal update, and with it everything on disk', () => {
    const [running, finished] = [status(TASK_RUNNING), status(TASK_FINISHED)];
    rig.streams.resume();
    rig.add(running).add(finished).flush();
    rig.acknowledge(running).flush();
    expect(rig.settled).toEqual([]);
    rig.acknowledge(finished);
    expect(rig.settled).toEqual([]); // not before the disk knows
    expect(rig.flush().settled).toEqual(['t']);
    expect(rig.records).toEqual([]);
    expect(rig.streams.outstanding(F.id, T)).toBeUndefined();
    rig.clock.advance(3_600_000);
    expect(rig.sent).toHaveLength(2);
  });

  it('keeps its last update on disk, acknowledged, for it tells the state of the task', () => {
    const [starting, running] = [status(TASK_STARTING), status(TASK_RUNNING)];
    rig.streams.resume();
    rig.add(starting, running).flush();
    rig.acknowledge(starting).flush().acknowledge(running).flush();
    const { updates } = readRecords(rig.records);
    expect(updates.map(({ record }) => [record.update.status.state, record.acknowledged])).toEqual([
      [TASK_RUNNING, true],
    ]);
  });

  it('goes on after a restart with what was not acknowledged, in order', () => {
    const [starting, running] = [status(TASK_STARTING), status(TASK_RUNNING)];
    rig.streams.resume();
    rig.add(starting, running).flush();
    rig.acknowledge(starting).flush();
    const next = new Rig();
    next.streams.recover(readRecords(rig.records).updates, (id) => ({ id, checkpoint: true }));
    expect(next.streams.outstanding(F.id, T)?.state).toBe(TASK_RUNNING);
    expect(next.streams.knows(F.id, T, running.uuid ?? new Uint8Array())).toBe(true);
    next.streams.resume();
    next.add(status(TASK_FINISHED)).flush().acknowledge(running).flush();
    expect(next.states).toEqual([TASK_RUNNING, TASK_FINISHED]);
  });

  it('of a framework that is gone is forgotten, on disk too', () => {
    rig.streams.resume();
    rig.add(status(TASK_RUNNING)).flush();
    const changes = rig.streams.drop(F.id);
    expect(changes).toEqual(rig.records.map(([key]) => ({ op: 'delete', key })));
    rig.clock.advance(3_600_000);
    expect(rig.sent).toHaveLength(1);
  });
});
