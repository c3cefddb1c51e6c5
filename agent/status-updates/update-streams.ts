import { type FrameworkId, frameworkId, type TaskId, taskId } from '../../common/ids.js';
import type { Clock, Timer } from '../../common/runtime/clock.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { StoreChange } from '../../common/store/store.js';
import { mesos, type StatusUpdate, type TaskStatus } from '../../proto/index.js';
import { type Checkpoints, remove, updateKey, updateRecord } from '../checkpoint/records.js';
import { isTerminal } from '../tasks/task-state.js';

/** First and longest wait before an unacknowledged update is sent again, in ms; doubled in between. */
export const RETRY_MS = Object.freeze({ first: 10_000, longest: 600_000 });

/** What the streams need of the agent. */
interface UpdateHost {
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes changes durable, then goes on; a failure never returns. Without `checkpoint` nothing is written. */
  commit(checkpoint: boolean, changes: readonly StoreChange[], then: () => void): void;
  /** Sends an update to the master; called only between `resume` and `pause`. */
  forward(update: StatusUpdate): void;
  /** The terminal update of a task was acknowledged: what else to change with it, and what to do when that is durable. */
  settled(framework: FrameworkId, task: TaskId): { readonly changes: StoreChange[]; proceed(): void };
}

/** Whose stream it is. `checkpoint`: whether its updates are written to disk. */
export interface StreamOwner {
  readonly id: FrameworkId;
  readonly checkpoint: boolean;
}

interface Entry {
  readonly sequence: number;
  readonly status: TaskStatus;
  durable: boolean;
}

interface Stream {
  readonly framework: StreamOwner;
  readonly task: TaskId;
  /** Not acknowledged, oldest first. */
  readonly queue: Entry[];
  /** The last uuids seen, as hex: an executor may repeat an update. */
  readonly seen: Set<string>;
  /** Keys of acknowledged updates that are kept because they tell the task's latest state. */
  kept: string[];
  next: number;
  latestDurable: mesos.v1.TaskState;
  retry: Timer | undefined;
  attempt: number;
  acknowledging: boolean;
}

/**
 * The status updates of every task, each task's in order: on disk before they are forwarded, one unacknowledged at a
 * time, repeated until acknowledged.
 */
export class UpdateStreams {
  readonly #host: UpdateHost;
  readonly #streams = new Map<string, Stream>();
  #open = false;

  constructor(host: UpdateHost) {
    this.#host = host;
  }

  /** Takes up what was on disk. Nothing is sent before `resume`. */
  recover(updates: Checkpoints['updates'], owner: (framework: FrameworkId) => StreamOwner): void {
    for (const { sequence, record } of updates) {
      const { status, frameworkId: framework } = record.update;
      const stream = this.#stream(owner(frameworkId(framework.value)), taskId(status.taskId.value));
      stream.next = Math.max(stream.next, sequence + 1);
      stream.latestDurable = status.state;
      stream.seen.add(hex(status.uuid));
      if (record.acknowledged) stream.kept.push(updateKey(stream.framework.id, stream.task, sequence));
      else stream.queue.push({ sequence, status, durable: true });
    }
  }

  /**
   * Adds updates of one task, with `changes` in the same durable step; `durable` is called when they are on disk, and
   * then they are forwarded when their turn comes.
   */
  append(
    framework: StreamOwner,
    statuses: readonly [TaskStatus, ...TaskStatus[]],
    changes: readonly StoreChange[],
    durable: () => void,
  ): void {
    const stream = this.#stream(framework, taskId(statuses[0].taskId.value));
    const entries = statuses.map((status) => ({ sequence: stream.next++, status, durable: false }));
    stream.queue.push(...entries);
    for (const { status } of entries) remember(stream.seen, hex(status.uuid));
    const obsolete = stream.kept.map(remove);
    stream.kept = [];
    const puts = entries.map(({ sequence, status }) => this.#record(stream, sequence, status, false));
    this.#host.commit(framework.checkpoint, [...puts, ...obsolete, ...changes], () => {
      for (const entry of entries) {
        entry.durable = true;
        stream.latestDurable = entry.status.state;
      }
      durable();
      this.#pump(stream);
    });
  }

  /** An acknowledgement came from the master. Those of updates that are not the one outstanding change nothing. */
  acknowledge(framework: FrameworkId, task: TaskId, uuid: Uint8Array): void {
    const stream = this.#streams.get(keyOf(framework, task));
    const head = stream?.queue[0];
    if (!stream || !head?.durable || stream.acknowledging || hex(head.status.uuid) !== hex(uuid)) {
      this.#host.log.debug('Ignoring acknowledgement of no outstanding update', { framework, task, uuid: hex(uuid) });
      return;
    }
    stream.acknowledging = true;
    stream.retry?.cancel();
    stream.retry = undefined;
    if (isTerminal(head.status.state)) this.#settle(stream);
    else this.#acknowledged(stream, head);
  }

  /** Whether an update with this uuid has been taken in already. */
  knows(framework: FrameworkId, task: TaskId, uuid: Uint8Array): boolean {
    return this.#streams.get(keyOf(framework, task))?.seen.has(hex(uuid)) ?? false;
  }

  /** The update that is outstanding, as masters are told when the agent re-registers. */
  outstanding(framework: FrameworkId, task: TaskId): TaskStatus | undefined {
    const head = this.#streams.get(keyOf(framework, task))?.queue[0];
    return head?.durable ? head.status : undefined;
  }

  /** Forgets every stream of a framework that nobody speaks for any more. Returns the changes that do so on disk. */
  drop(framework: FrameworkId): StoreChange[] {
    const changes: StoreChange[] = [];
    for (const [key, stream] of this.#streams) {
      if (stream.framework.id !== framework) continue;
      stream.retry?.cancel();
      this.#streams.delete(key);
      changes.push(...this.#removals(stream));
    }
    return changes;
  }

  /** The agent is registered: sends whatever is outstanding, at once and from the first back-off again. */
  resume(): void {
    this.#open = true;
    for (const stream of this.#streams.values()) this.#restart(stream);
  }

  /** A framework may have missed what was sent to it: sends what is outstanding of it at once. */
  resend(framework: FrameworkId): void {
    for (const stream of this.#streams.values()) if (stream.framework.id === framework) this.#restart(stream);
  }

  /** The agent has no master. */
  pause(): void {
    this.#open = false;
    for (const stream of this.#streams.values()) {
      stream.retry?.cancel();
      stream.retry = undefined;
    }
  }

  #acknowledged(stream: Stream, head: Entry): void {
    const key = updateKey(stream.framework.id, stream.task, head.sequence);
    const isLatest = stream.queue.length === 1;
    const change = isLatest ? this.#record(stream, head.sequence, head.status, true) : remove(key);
    if (isLatest) stream.kept.push(key);
    this.#host.commit(stream.framework.checkpoint, [change], () => {
      stream.acknowledging = false;
      stream.attempt = 0;
      stream.queue.shift();
      this.#pump(stream);
    });
  }

  /** The stream ends: nothing follows a terminal update. */
  #settle(stream: Stream): void {
    const { framework, task } = stream;
    this.#streams.delete(keyOf(framework.id, task));
    const { changes, proceed } = this.#host.settled(framework.id, task);
    this.#host.commit(framework.checkpoint, [...this.#removals(stream), ...changes], proceed);
  }

  #removals(stream: Stream): StoreChange[] {
    const queued = stream.queue.map(({ sequence }) => updateKey(stream.framework.id, stream.task, sequence));
    return [...stream.kept, ...queued].map(remove);
  }

  #restart(stream: Stream): void {
    stream.retry?.cancel();
    stream.retry = undefined;
    stream.attempt = 0;
    this.#pump(stream);
  }

  #pump(stream: Stream): void {
    const head = stream.queue[0];
    if (!this.#open || !head?.durable || stream.acknowledging || stream.retry) return;
    if (this.#streams.get(keyOf(stream.framework.id, stream.task)) !== stream) return; // dropped meanwhile
    this.#forward(stream, head);
  }

  #forward(stream: Stream, head: Entry): void {
    const delayMs = Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** Math.min(stream.attempt++, 16));
    stream.retry = this.#host.clock.after(delayMs, () => this.#forward(stream, head));
    this.#host.forward({
      frameworkId: { value: stream.framework.id },
      status: head.status,
      latestState: stream.latestDurable,
    });
  }

  #record(stream: Stream, sequence: number, status: TaskStatus, acknowledged: boolean): StoreChange {
    const key = updateKey(stream.framework.id, stream.task, sequence);
    return updateRecord(key, { frameworkId: { value: stream.framework.id }, status }, acknowledged);
  }

  #stream(framework: StreamOwner, task: TaskId): Stream {
    const key = keyOf(framework.id, task);
    const known = this.#streams.get(key);
    if (known) return known;
    const stream: Stream = {
      framework,
      task,
      queue: [],
      seen: new Set(),
      kept: [],
      next: 0,
      latestDurable: mesos.v1.TaskState.TASK_STAGING,
      retry: undefined,
      attempt: 0,
      acknowledging: false,
    };
    this.#streams.set(key, stream);
    return stream;
  }
}

/** How many uuids of a task are remembered: executors repeat what was not acknowledged, which is far less. */
const REMEMBERED = 100;

function remember(seen: Set<string>, uuid: string): void {
  seen.add(uuid);
  if (seen.size <= REMEMBERED) return;
  for (const oldest of seen) {
    seen.delete(oldest);
    return;
  }
}

const keyOf = (framework: FrameworkId, task: TaskId) => `${framework}/${task}`;

function hex(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}
