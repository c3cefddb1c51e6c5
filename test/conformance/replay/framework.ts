import { type FrameworkInfo, mesos, type Offer, type SchedulerCall, type TaskStatus } from '../../../proto/index.js';
import { type HttpAnswer, type ReadEvent, SchedulerHttp } from '../../support/scheduler-http.js';
import type { Target } from './scenario.js';

const { Type: CallType } = mesos.v1.scheduler.Call;
const { Type: EventType } = mesos.v1.scheduler.Event;
const { Type: Capability } = mesos.v1.FrameworkInfo.Capability;
const State = mesos.v1.TaskState;

/** An update as it was read, and as a document. */
export interface ReadStatus {
  readonly status: TaskStatus;
  readonly document: unknown;
}

interface FrameworkOptions {
  /** Besides MULTI_ROLE. */
  readonly capabilities?: readonly (keyof typeof Capability)[];
  readonly more?: Partial<FrameworkInfo>;
}

const ONGOING: ReadonlySet<mesos.v1.TaskState> = new Set([
  State.TASK_STAGING,
  State.TASK_STARTING,
  State.TASK_RUNNING,
  State.TASK_KILLING,
  State.TASK_UNREACHABLE,
]);

/**
 * A framework in role `*` that acknowledges what it is told and declines what it does not need. Disposing tears it down.
 */
export class ReplayFramework implements AsyncDisposable {
  readonly stream: SchedulerHttp;
  readonly info: FrameworkInfo;
  readonly id: string;
  readonly #target: Target;
  #tornDown = false;

  private constructor(target: Target, stream: SchedulerHttp, info: FrameworkInfo, id: string) {
    this.#target = target;
    this.stream = stream;
    this.info = info;
    this.id = id;
  }

  static async subscribe(target: Target, { capabilities = [], more = {} }: FrameworkOptions = {}) {
    const names = ['MULTI_ROLE', ...capabilities] as const;
    const info: FrameworkInfo = {
      user: 'root',
      name: 'capture',
      roles: ['*'],
      failoverTimeout: 5,
      capabilities: names.map((name) => ({ type: Capability[name] })),
      ...more,
    };
    const stream = await SchedulerHttp.subscribe(target.master, { frameworkInfo: info }, target.format);
    const read = await stream.next(({ type }) => type === EventType.SUBSCRIBED);
    const id = read?.event.subscribed?.frameworkId.value;
    if (id === undefined) throw new Error(`Cannot subscribe: ${stream.answer.status} ${stream.answer.text}`);
    return new ReplayFramework(target, stream, info, id);
  }

  /** Another scheduler of the same framework takes over. */
  takeOver(): Promise<ReplayFramework> {
    this.#tornDown = true; // by whoever comes now
    return ReplayFramework.subscribe(this.#target, { more: { ...this.info, id: { value: this.id } } });
  }

  call(call: SchedulerCall): Promise<HttpAnswer> {
    return this.stream.call({ frameworkId: { value: this.id }, ...call });
  }

  /** The next offer that fits, all others declined; undefined when none comes in time. */
  async tryOffer(boundMs: number, fits: (offer: Offer) => boolean = () => true): Promise<Offer | undefined> {
    const endAtMs = performance.now() + boundMs;
    for (;;) {
      const read = await this.stream.next(({ type }) => type === EventType.OFFERS, endAtMs - performance.now());
      if (read === undefined) return undefined;
      const offers = read.event.offers?.offers ?? [];
      const found = offers.find(fits);
      for (const offer of offers) if (offer !== found) await this.decline(offer, 0.05);
      if (found !== undefined) return found;
    }
  }

  async offer(fits?: (offer: Offer) => boolean): Promise<Offer> {
    const offer = await this.tryOffer(15_000, fits);
    if (offer === undefined) throw new Error('No offer came in 15 seconds');
    return offer;
  }

  decline(offer: Offer, refuseSeconds: number): Promise<HttpAnswer> {
    return this.call({ type: CallType.DECLINE, decline: { offerIds: [offer.id], filters: { refuseSeconds } } });
  }

  accept(offer: Offer, ...operations: mesos.v1.Offer.Operation.$Properties[]): Promise<HttpAnswer> {
    const accept = { offerIds: [offer.id], operations, filters: { refuseSeconds: 0.1 } };
    return this.call({ type: CallType.ACCEPT, accept });
  }

  /** The next update, of one task or of any, acknowledged; offers that come meanwhile are declined. */
  async update(boundMs = 20_000, taskId?: string): Promise<ReadStatus | undefined> {
    const endAtMs = performance.now() + boundMs;
    for (;;) {
      const fits = ({ type }: { type?: mesos.v1.scheduler.Event.Type | null }) =>
        type === EventType.UPDATE || type === EventType.OFFERS;
      const read = await this.stream.next(fits, endAtMs - performance.now());
      if (read === undefined) return undefined;
      for (const offer of read.event.offers?.offers ?? []) await this.decline(offer, 0.5);
      const status = read.event.update?.status;
      if (status == null || (taskId !== undefined && status.taskId.value !== taskId)) continue;
      await this.#acknowledge(status);
      return { status, document: statusIn(read) };
    }
  }

  /** Every update of a task until it is in one of `states`, or does not go on. */
  async updatesUntil(taskId: string, states: (state: mesos.v1.TaskState) => boolean, boundMs = 30_000) {
    const seen: ReadStatus[] = [];
    for (const endAtMs = performance.now() + boundMs; ; ) {
      const read = await this.update(endAtMs - performance.now(), taskId);
      if (read === undefined) return seen;
      seen.push(read);
      if (states(read.status.state)) return seen;
    }
  }

  untilRunning(taskId: string): Promise<ReadStatus[]> {
    return this.updatesUntil(taskId, (state) => state === State.TASK_RUNNING);
  }

  untilTerminal(taskId: string, boundMs?: number): Promise<ReadStatus[]> {
    return this.updatesUntil(taskId, isTerminal, boundMs);
  }

  /** Updates of any task until `count` tasks have ended: by task, in order. */
  async untilEnded(count: number, boundMs = 40_000): Promise<ReadStatus[]> {
    const seen: ReadStatus[] = [];
    const ended = new Set<string>();
    for (const endAtMs = performance.now() + boundMs; ended.size < count; ) {
      const read = await this.update(endAtMs - performance.now());
      if (read === undefined) break;
      seen.push(read);
      if (isTerminal(read.status.state)) ended.add(read.status.taskId.value);
    }
    return byTask(seen);
  }

  /** Tears the framework down and waits for its stream to end. */
  async tearDown(): Promise<HttpAnswer> {
    this.#tornDown = true;
    const answer = await this.call({ type: CallType.TEARDOWN });
    await this.stream.next(() => false, 5_000);
    this.stream.close();
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#tornDown) this.stream.close();
    else await this.tearDown();
  }

  async #acknowledge({ agentId, taskId, uuid }: TaskStatus): Promise<void> {
    if (agentId == null || uuid == null || uuid.length === 0) return;
    await this.call({ type: CallType.ACKNOWLEDGE, acknowledge: { agentId, taskId, uuid } });
  }
}

/** The documents of updates; undefined for one that did not come. */
export const documentsOf = (reads: readonly (ReadStatus | undefined)[]) => reads.map((read) => read?.document);

/** Updates of several tasks come in any order; those of one task keep theirs. */
export function byTask(reads: readonly ReadStatus[]): ReadStatus[] {
  return reads.toSorted((a, b) =>
    a.status.taskId.value < b.status.taskId.value ? -1 : +(a.status.taskId.value > b.status.taskId.value),
  );
}

const isTerminal = (state: mesos.v1.TaskState) => !ONGOING.has(state);

function statusIn({ document }: ReadEvent): unknown {
  return (document as { update: { status: unknown } }).update.status;
}
