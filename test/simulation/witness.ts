import type { ContainerExit } from '../../agent/containerizer/containerizer.js';
import { Resources } from '../../common/resources/resources.js';
import { mesos, type Resource, type TaskStatus } from '../../proto/index.js';
import type { Script } from '../support/fake-containerizer.js';
import type { Machine } from './machine.js';

const { TaskState } = mesos.v1;
const { REASON_MAX_COMPLETION_TIME_REACHED } = mesos.v1.TaskStatus.Reason;
const {
  TASK_STAGING,
  TASK_STARTING,
  TASK_RUNNING,
  TASK_KILLING,
  TASK_FINISHED,
  TASK_FAILED,
  TASK_KILLED,
  TASK_UNREACHABLE,
  TASK_UNKNOWN,
  TASK_ERROR,
  TASK_DROPPED,
  TASK_GONE,
} = TaskState;

type TaskState = mesos.v1.TaskState;

/** Where a task stands on its way; what is not listed is an end. */
const RANK: Readonly<Partial<Record<TaskState, number>>> = {
  [TASK_STAGING]: 0,
  [TASK_STARTING]: 1,
  [TASK_RUNNING]: 2,
  [TASK_KILLING]: 3,
};
const END = 4;
const REFUSALS: readonly TaskState[] = [TASK_ERROR, TASK_DROPPED, TASK_GONE];
const OUT_OF_SIGHT: readonly TaskState[] = [TASK_UNREACHABLE, TASK_UNKNOWN];

/** What a task was meant to be. */
export interface TaskPlan {
  readonly id: string;
  readonly script: Script;
  readonly resources: readonly Resource[];
  /** The offer it was launched on, and the accept that did so. */
  readonly offer: string;
  readonly accept: number;
  readonly group: string | undefined;
  readonly limited: boolean;
}

/** What one task was meant to do, what it did, and what its framework was told: the judge of the run. */
export class Witness {
  readonly id: string;
  readonly script: Script;
  readonly resources: Resources;
  /** Tasks of one group stand and fall together. */
  readonly group: string | undefined;
  /** The accept that launched it, and the offer: that may be used by one accept only. */
  readonly accept: number;
  readonly offer: string;
  killAsked = false;
  /** It has a longest completion time, after which its agent ends it. */
  readonly limited: boolean;
  /** The host forgot how it ended: its spawner died, or the power failed. */
  exitLost = false;
  machine: Machine | undefined;
  containerId: string | undefined;
  starts = 0;
  /** What the framework was told last, by anybody. */
  told: TaskStatus | undefined;
  readonly #uuids: string[] = [];
  #streamState: TaskState = TASK_STAGING;

  constructor(plan: TaskPlan) {
    this.id = plan.id;
    this.script = plan.script;
    this.resources = Resources.fromWire(plan.resources);
    this.accept = plan.accept;
    this.offer = plan.offer;
    this.group = plan.group;
    this.limited = plan.limited;
  }

  /**
   * Takes note of what the framework is told. `known`: the newest state that it has confirmed and stored. Returns what is
   * wrong with it.
   */
  hear(status: TaskStatus, known: TaskState): string | undefined {
    const before = this.told?.state;
    const { state } = status;
    this.told = status;
    if (before !== undefined && isEnd(before) && state !== before) {
      const mayFollow = (isRefusal(before) && isRefusal(state)) || (OUT_OF_SIGHT.includes(state) && !isEnd(known)); // an end not confirmed
      if (!mayFollow) return this.#wrong(before, state, 'after its end');
    }
    if (!status.uuid?.length) return undefined;
    const uuid = Buffer.from(status.uuid).toString('hex');
    if (this.#uuids.at(-1) === uuid) return undefined; // told again, since the acknowledgement was lost
    if (this.#uuids.includes(uuid)) return this.#wrong(this.#streamState, state, 'an earlier update again');
    const from = this.#streamState;
    this.#uuids.push(uuid);
    this.#streamState = state;
    return isEnd(from) || rank(state) < rank(from) ? this.#wrong(from, state, 'out of order') : undefined;
  }

  /** How its process ended; undefined: it did not, or never started. */
  get exit(): ContainerExit | undefined {
    return this.containerId === undefined ? undefined : this.machine?.host.exits.get(this.containerId);
  }

  /**
   * Its agent died before it had written down its own id, and came back as another: nothing was started on it, and
   * the master can only say that the task is out of sight. `agents`: the ids of those that are.
   */
  isOutOfSight(agents: ReadonlySet<string | undefined>): boolean {
    if (this.starts > 0 || this.told === undefined || !OUT_OF_SIGHT.includes(this.told.state)) return false;
    return !agents.has(this.told.agentId?.value);
  }

  /** Once all is over: what is wrong with how the task ended, or with what was told of it. */
  verdict(mates: readonly Witness[]): string | undefined {
    const { told, exit } = this;
    if (this.starts > 1) return `task ${this.id} was started ${this.starts} times`;
    if (told === undefined || !isEnd(told.state)) {
      const state = told ? TaskState[told.state] : 'nothing';
      return `task ${this.id} is lost: the framework was told ${state}, its process was started ${this.starts} times`;
    }
    if (this.starts === 0) {
      return told.state === TASK_FINISHED ? `task ${this.id} finished, but was never started` : undefined;
    }
    if (this.exitLost || exit === undefined || exit.kind === 'unknown') return undefined;
    return this.#judgeExit(told, exit, mates);
  }

  #judgeExit(told: TaskStatus, exit: ContainerExit, mates: readonly Witness[]): string | undefined {
    const truth = exit.kind === 'exited' ? `exited with ${exit.code}` : `signal ${exit.kind}`;
    const wrong = (what: string) =>
      `task ${this.id} ${truth}, but the framework was told ${TaskState[told.state]} "${told.message}": ${what}`;
    const mayDie =
      this.killAsked || this.limited || mates.some((mate) => mate.killAsked || mate.told?.state !== TASK_FINISHED);
    if (exit.kind === 'signaled' && !mayDie) return wrong('nobody had asked to kill it');
    const ended = [TASK_FINISHED, TASK_FAILED, TASK_KILLED].includes(told.state as 2);
    if (!ended) return wrong('its exit was known');
    if (told.reason === REASON_MAX_COMPLETION_TIME_REACHED && this.limited && told.state === TASK_FAILED)
      return undefined;
    if (exit.kind === 'exited' && (exit.code === 0) !== (told.state === TASK_FINISHED)) return wrong('a wrong end');
    if (exit.kind === 'signaled' && told.state === TASK_FINISHED) return wrong('a wrong end');
    const code = /exited with status (\d+)/.exec(told.message ?? '')?.[1];
    if (code !== undefined && (exit.kind !== 'exited' || exit.code !== Number(code))) return wrong('a wrong exit code');
    return undefined;
  }

  #wrong(from: TaskState, to: TaskState, what: string): string {
    return `task ${this.id} was told as ${TaskState[to]} after ${TaskState[from]}: ${what}`;
  }
}

/** It never ran. The master forgets such tasks, so what it calls them when asked again may differ. */
function isRefusal(state: TaskState): boolean {
  return REFUSALS.includes(state);
}

function isEnd(state: TaskState): boolean {
  return RANK[state] === undefined && !OUT_OF_SIGHT.includes(state);
}

function rank(state: TaskState): number {
  return RANK[state] ?? END;
}
