import type { Logger } from '../../common/runtime/logger.js';
import type { StoreChange } from '../../common/store/store.js';
import { mesos, type TaskStatus } from '../../proto/index.js';
import { isTerminal, type LaunchedTask, stateOf } from '../store/launched-task.js';
import type { TaskUpdate } from './handler.js';
import type { TaskTable } from './task-table.js';

interface InboxPorts {
  readonly tasks: TaskTable;
  readonly log: Logger;
  /** Tells the author. */
  deliver(update: TaskUpdate): void;
  /** Tells the agent, for a status that has a uuid. */
  acknowledge(status: TaskStatus): void;
}

/** The updates of one task that are not dealt with yet. */
interface Lane {
  current: TaskStatus | undefined;
  readonly waiting: TaskStatus[];
}

/**
 * Brings each status update to the author once, one at a time per task and in order, and acknowledges it when the
 * author has confirmed and the store has it. What comes again meanwhile is recognised by its uuid.
 */
export class UpdateInbox {
  readonly #ports: InboxPorts;
  readonly #lanes = new Map<string, Lane>();

  constructor(ports: InboxPorts) {
    this.#ports = ports;
  }

  /** Takes in a status; one that waits already is passed over. */
  received(status: TaskStatus): void {
    const taskId = status.taskId.value;
    const lane = this.#lanes.get(taskId);
    if (lane?.current && sameUpdate(lane.current, status)) return;
    if (lane?.waiting.some((waiting) => sameUpdate(waiting, status))) return;
    if (lane === undefined) {
      this.#next(taskId, { current: undefined, waiting: [status] });
      return;
    }
    // Answers to reconciliation are snapshots: only the newest that waits is of interest.
    const last = lane.waiting.at(-1);
    if (last && !hasUuid(last) && !hasUuid(status)) lane.waiting.pop();
    lane.waiting.push(status);
  }

  #next(taskId: string, lane: Lane): void {
    const status = lane.waiting.shift();
    lane.current = status;
    if (status === undefined) {
      this.#lanes.delete(taskId);
      return;
    }
    this.#lanes.set(taskId, lane);
    const known = this.#ports.tasks.all.get(taskId);
    if (hasUuid(status) && sameBytes(known?.uuid, status.uuid)) {
      this.#ports.acknowledge(status); // the earlier acknowledgement was lost on its way
      this.#next(taskId, lane);
    } else if (isOldNews(status, known)) this.#next(taskId, lane);
    else this.#deliver(taskId, lane, status);
  }

  #deliver(taskId: string, lane: Lane, status: TaskStatus): void {
    let settled = false;
    const once = (act: () => void) => {
      if (settled) return;
      settled = true;
      act();
    };
    const update: TaskUpdate = {
      status,
      task: this.#ports.tasks.all.get(taskId),
      confirm: (own = []) => once(() => this.#confirm(taskId, lane, status, own)),
      reject: (reason) =>
        once(() => {
          this.#ports.log.warn('Status update was not dealt with', { ...fieldsOf(status), error: reason });
          this.#next(taskId, lane);
        }),
    };
    try {
      this.#ports.deliver(update);
    } catch (error) {
      if (settled) this.#ports.log.error('Scheduler callback threw', { ...fieldsOf(status), error });
      else update.reject(error);
    }
  }

  #confirm(taskId: string, lane: Lane, status: TaskStatus, own: readonly StoreChange[]): void {
    this.#ports.tasks.confirm(status, own, () => {
      if (hasUuid(status)) this.#ports.acknowledge(status);
      this.#next(taskId, lane);
    });
  }
}

const { REASON_RECONCILIATION } = mesos.v1.TaskStatus.Reason;
const { TASK_GONE, TASK_GONE_BY_OPERATOR, TASK_UNKNOWN, TASK_UNREACHABLE } = mesos.v1.TaskState;
const OUT_OF_SIGHT: readonly mesos.v1.TaskState[] = [TASK_GONE, TASK_GONE_BY_OPERATOR, TASK_UNKNOWN, TASK_UNREACHABLE];

/**
 * What a master says of its own accord is no news when it is what is known: most answers to reconciliation are that, and
 * hundreds of them must not cost a write each. Nor is anything it says of a task whose end its agent has told, with the
 * exit status that masters leave out: the agent was out of sight, or the question crossed the acknowledgement.
 */
function isOldNews(status: TaskStatus, known: LaunchedTask | undefined): boolean {
  if (known?.status == null || hasUuid(status)) return false;
  if (status.state === known.status.state) return true;
  if (!isTerminal(stateOf(known))) return false;
  return hasUuid(known.status) || (status.reason === REASON_RECONCILIATION && OUT_OF_SIGHT.includes(status.state));
}

function fieldsOf(status: TaskStatus) {
  return { task: status.taskId.value, state: mesos.v1.TaskState[status.state] };
}

function hasUuid(status: TaskStatus): boolean {
  return (status.uuid?.length ?? 0) > 0;
}

function sameUpdate(a: TaskStatus, b: TaskStatus): boolean {
  return hasUuid(a) && sameBytes(a.uuid, b.uuid);
}

function sameBytes(a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean {
  return a != null && b != null && a.length === b.length && a.every((byte, at) => byte === b[at]);
}
