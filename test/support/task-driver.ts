import { systemClock } from '../../common/runtime/clock.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { systemRandom } from '../../common/runtime/random.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import { type CommandInfo, mesos, type Offer, type TaskInfo, type TaskStatus } from '../../proto/index.js';
import {
  buildTask,
  FrameworkStore,
  grpcTransport,
  type Launch,
  masterList,
  match,
  SchedulerClient,
  shellCommand,
} from '../../scheduler-sdk/index.js';

/** Moments of one task, in ms of the monotonic clock. */
export interface TaskTimes {
  acceptedMs: number;
  runningMs?: number;
  endedMs?: number;
  end?: TaskStatus;
}

/** A framework that a test or benchmark drives by hand: holds every offer until told what to launch on it. */
export class TaskDriver implements AsyncDisposable {
  readonly times = new Map<string, TaskTimes>();
  readonly statuses: TaskStatus[] = [];
  readonly client: SchedulerClient;
  readonly #held = new Map<string, Offer>();
  readonly #watchers = new Set<() => void>();

  constructor(masterAddress: string, name = 'driver') {
    this.client = new SchedulerClient(
      {
        clock: systemClock,
        random: systemRandom,
        log: silentLogger,
        detector: masterList([masterAddress], systemClock),
        dialer: grpcTransport(silentLogger),
        store: new FrameworkStore(new MemoryStore(systemClock)),
      },
      { name, user: 'root', failoverTimeoutMs: 60_000 },
      {
        offers: (offers) => {
          for (const offer of offers) this.#held.set(offer.id.value, offer);
          this.#changed();
        },
        rescinded: (id) => {
          this.#held.delete(id);
        },
        disconnected: () => this.#held.clear(),
        update: ({ status, confirm }) => {
          confirm();
          this.#note(status);
          this.#changed();
        },
      },
    );
    this.client.start();
  }

  /** The offers held. */
  get offers(): readonly Offer[] {
    return [...this.#held.values()];
  }

  /** Waits until `holds` is true; looks after every event. */
  async until(what: string, holds: () => boolean, boundMs = 30_000): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        reject(new Error(`Waited ${boundMs} ms in vain for ${what}`));
      }, boundMs);
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
    });
  }

  /** Launches shell lines on the offers held, each a task of that id; throws when they do not all fit. */
  launch(
    lines: ReadonlyMap<string, string>,
    cpus = 0.01,
    mem = 1,
    body: Partial<TaskInfo> = {},
    command?: CommandInfo,
  ): void {
    const needs = { cpus, mem };
    const { placements, unplaced } = match(
      [...lines.keys()].map((id) => ({ id, needs })),
      this.offers,
      { strategy: 'pack' },
    );
    if (unplaced.length > 0) throw new Error(`${unplaced.length} tasks do not fit into the offers held`);
    for (const { offers, launches } of placements) {
      const toTask = (launch: Launch) =>
        buildTask(launch, {
          ...body,
          ...(!body.executor && { command: command ?? shellCommand(lines.get(launch.requirement.id) ?? '') }),
        });
      for (const { id } of offers) this.#held.delete(id.value);
      const acceptedMs = performance.now();
      for (const { requirement } of launches) this.times.set(requirement.id, { acceptedMs });
      this.client.launch(offers, launches.map(toTask), { refuseSeconds: 0 });
    }
  }

  /** Launches shell lines, by task id, as one group under the default executor. */
  launchGroup(executorId: string, lines: Readonly<Record<string, string>>): void {
    const needs = { cpus: 0.1, mem: 32, disk: 32 };
    const { placements } = match(
      [{ id: executorId, needs }, ...Object.keys(lines).map((id) => ({ id, needs }))],
      this.offers,
      {
        strategy: 'pack',
      },
    );
    const [placement, ...others] = placements;
    if (placement === undefined || others.length > 0) throw new Error('the group does not fit into one offer');
    const [own, ...members] = placement.launches;
    for (const { id } of placement.offers) this.#held.delete(id.value);
    const executor = {
      type: mesos.v1.ExecutorInfo.Type.DEFAULT,
      executorId: { value: executorId },
      frameworkId: { value: this.client.frameworkId ?? '' },
      resources: own?.resources ?? [],
    };
    const tasks = members.map((launch) =>
      buildTask(launch, { command: shellCommand(lines[launch.requirement.id] ?? '') }),
    );
    this.client.accept(placement.offers, [
      { type: mesos.v1.Offer.Operation.Type.LAUNCH_GROUP, launchGroup: { executor, taskGroup: { tasks } } },
    ]);
  }

  /** Waits until every task of `ids` has ended. */
  async ended(ids: Iterable<string>, boundMs = 120_000): Promise<void> {
    const wanted = [...ids];
    await this.until(
      `${wanted.length} tasks to end`,
      () => wanted.every((id) => this.times.get(id)?.endedMs !== undefined),
      boundMs,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.client.stop({ teardown: true }, () => resolve()));
  }

  #note(status: TaskStatus): void {
    this.statuses.push(status);
    const times = this.times.get(status.taskId.value);
    if (times === undefined) return;
    const { TASK_RUNNING, TASK_STAGING, TASK_STARTING, TASK_KILLING } = mesos.v1.TaskState;
    if (status.state === TASK_RUNNING) times.runningMs ??= performance.now();
    else if (![TASK_STAGING, TASK_STARTING, TASK_KILLING].some((state) => state === status.state)) {
      times.endedMs = performance.now();
      times.end = status;
    }
  }

  #changed(): void {
    for (const look of [...this.#watchers]) look();
  }
}
