import { schedulerEndOfSubscription } from '../../common/net/link-methods.js';
import type { Clock } from '../../common/runtime/clock.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { Random } from '../../common/runtime/random.js';
import type { Store } from '../../common/store/store.js';
import { mesos, type Offer, type OfferOperation, type Resource, type TaskInfo } from '../../proto/index.js';
import type { SchedulerHandler, TaskUpdate } from '../../scheduler-sdk/client/handler.js';
import { masterList } from '../../scheduler-sdk/client/master-list.js';
import { SchedulerClient } from '../../scheduler-sdk/client/scheduler-client.js';
import { FrameworkStore } from '../../scheduler-sdk/store/framework-store.js';
import { stateOf } from '../../scheduler-sdk/store/launched-task.js';
import type { Script } from '../support/fake-containerizer.js';
import { Daemon, type DaemonPorts } from './daemon.js';
import type { Life } from './life.js';
import type { Place } from './network.js';
import { Witness } from './witness.js';

const { SCALAR, RANGES } = mesos.v1.Value.Type;
const { TASK_STAGING } = mesos.v1.TaskState;
const { LAUNCH_GROUP } = mesos.v1.Offer.Operation.Type;

/** How often a full reconciliation is made: far more often than by default, since a run is short. */
const RECONCILE_MS = 120_000;

/** What the framework asks of the run. */
export interface WorkloadPorts extends DaemonPorts {
  readonly master: string;
  readonly logger: Logger;
  violated(what: string): void;
  schedulerStore?(inner: Store, clock: Clock): Store;
}

/**
 * A framework on the shipped client: launches tasks and task groups of random size, length and end, holds and declines
 * offers, kills, suppresses, revives, and is itself killed and restarted. What it meant and what it was told is kept by
 * witnesses, which outlive it.
 */
export class Workload {
  readonly daemon: Daemon;
  readonly tasks = new Map<string, Witness>();
  client: SchedulerClient | undefined;
  /** Whether it still launches and kills at random. */
  active = true;
  readonly #ports: WorkloadPorts;
  readonly #random: Random;
  /** How many tasks to launch in all. */
  readonly #most: number;
  #accepts = 0;
  #groups = 0;

  constructor(ports: WorkloadPorts) {
    this.#ports = ports;
    this.#random = ports.randomFor('workload');
    this.#most = 20 + Math.floor(this.#random.next() * 100);
    this.daemon = new Daemon('scheduler', ports, (place, store) => this.#boot(place, store));
  }

  /** No more launches; what runs goes on. */
  calm(): void {
    this.active = false;
    this.client?.suppress();
  }

  /** Wants every task dead that has not ended. */
  killAll(): void {
    for (const [id, task] of this.tasks) {
      if (!this.client?.tasks.has(id)) continue;
      task.killAsked = true;
      this.client.kill(id);
    }
  }

  #boot(place: Place, store: Store): void {
    const { life, host } = place;
    const { clock } = life;
    const { network, master, logger } = this.#ports;
    const client = new SchedulerClient(
      {
        clock,
        random: this.#ports.randomFor(`scheduler, start ${this.daemon.starts}`),
        log: logger.child({ at: host }),
        detector: masterList([master], clock),
        dialer: network.dialer(place, schedulerEndOfSubscription),
        store: new FrameworkStore(this.#ports.schedulerStore?.(store, clock) ?? store),
      },
      { name: 'simulated', user: 'nobody', reconcileIntervalMs: RECONCILE_MS },
      this.#handler(life),
    );
    this.client = client;
    client.start();
    this.#act(life, client);
  }

  #handler(life: Life): SchedulerHandler {
    return {
      offers: (offers) => {
        for (const offer of offers) this.#offered(life, offer);
      },
      update: (update) => this.#told(life, update),
      subscribed: () => {
        if (!this.active) this.client?.suppress();
      },
      refused: ({ message }) => this.#ports.violated(`a call was refused: ${message}`),
      failed: (kind, error) => {
        // A SUBSCRIBE of an earlier life or connection may arrive late and win: then whoever watches over it starts it again.
        if (kind === 'store' || kind === 'failed-over') this.daemon.kill(error.message, 2_000);
        else this.#ports.violated(`the scheduler gave up: ${kind}: ${error.message}`);
      },
    };
  }

  /** Now and then kills a task, or has a mood about offers. */
  #act(life: Life, client: SchedulerClient): void {
    life.clock.after(1_000 + this.#random.next() * 10_000, () => {
      if (!this.active) return;
      const chance = this.#random.next();
      if (chance < 0.4) this.#killOne(client);
      else if (chance < 0.5) client.suppress();
      else if (chance < 0.9) client.revive();
      else client.reconcile();
      this.#act(life, client);
    });
  }

  #killOne(client: SchedulerClient): void {
    const known = [...client.tasks.keys()];
    const id = known[Math.floor(this.#random.next() * known.length)];
    const task = id === undefined ? undefined : this.tasks.get(id);
    if (id === undefined || task === undefined) return;
    task.killAsked = true;
    client.kill(id);
  }

  #told(life: Life, update: TaskUpdate): void {
    const { status } = update;
    const task = this.tasks.get(status.taskId.value);
    const problem = task
      ? task.hear(status, update.task ? stateOf(update.task) : TASK_STAGING)
      : `the framework was told of a task it never launched: ${status.taskId.value}`;
    if (problem !== undefined) this.#ports.violated(problem);
    const chance = this.#random.next();
    if (chance < 0.05) update.reject('not now');
    else if (chance < 0.15) life.clock.after(this.#random.next() * 3_000, () => update.confirm());
    else update.confirm();
  }

  /** Uses it, refuses it, or lets it lie a while: it may have been rescinded by then. */
  #offered(life: Life, offer: Offer): void {
    const chance = this.#random.next();
    if (chance < 0.15) this.#decline(offer);
    else if (chance < 0.4) life.clock.after(this.#random.next() * 8_000, () => this.#use(offer));
    else this.#use(offer);
    if (chance > 0.97) life.clock.after(this.#random.next() * 5_000, () => this.#use(offer)); // a second time
  }

  #decline(offer: Offer): void {
    const refuseSeconds = this.#random.next() < 0.5 ? this.#random.next() * 20 : undefined;
    this.client?.decline([offer], refuseSeconds);
  }

  #use(offer: Offer): void {
    if (!this.active || this.tasks.size >= this.#most || this.client === undefined) {
      this.#decline(offer);
      return;
    }
    const operations: OfferOperation[] = [];
    const infos: TaskInfo[] = [];
    const left = new Leftover(offer.resources ?? []);
    const accept = this.#accepts++;
    if (this.#random.next() < 0.2) {
      const group = this.#group(offer, left, accept);
      if (group) operations.push(group);
    }
    for (let count = Math.floor(this.#random.next() * 4); count > 0; count--) {
      const resources = this.#size(left);
      if (resources) infos.push(this.#task(offer, resources, accept));
    }
    if (infos.length === 0 && operations.length === 0) {
      this.#decline(offer);
      return;
    }
    if (infos.length > 0) operations.push({ type: mesos.v1.Offer.Operation.Type.LAUNCH, launch: { taskInfos: infos } });
    this.client.accept([offer], operations, { refuseSeconds: this.#random.next() * 5 });
  }

  #group(offer: Offer, left: Leftover, accept: number): OfferOperation | undefined {
    const own = left.take(0.1, 32, 0);
    const frameworkId = this.client?.frameworkId;
    if (!own || frameworkId === undefined) return undefined;
    const name = `group-${this.#groups++}`;
    const tasks: TaskInfo[] = [];
    for (let count = 1 + Math.floor(this.#random.next() * 3); count > 0; count--) {
      const resources = this.#size(left);
      if (resources) tasks.push(this.#task(offer, resources, accept, name));
    }
    if (tasks.length === 0) return undefined;
    const executor = {
      executorId: { value: name },
      type: mesos.v1.ExecutorInfo.Type.DEFAULT,
      frameworkId: { value: frameworkId },
      resources: [...own, scalar('disk', 32)],
    };
    return { type: LAUNCH_GROUP, launchGroup: { executor, taskGroup: { tasks } } };
  }

  #task(offer: Offer, resources: readonly Resource[], accept: number, group?: string): TaskInfo {
    const id = `t${this.tasks.size}`;
    const limited = this.#random.next() < 0.1;
    this.tasks.set(
      id,
      new Witness({ id, script: this.#script(), resources, offer: offer.id.value, accept, group, limited }),
    );
    const gracePeriod = { nanoseconds: Math.floor(this.#random.next() * 5e9) };
    return {
      name: id,
      taskId: { value: id },
      agentId: offer.agentId,
      resources: [...resources],
      command: { value: 'simulated' },
      ...(this.#random.next() < 0.3 && { killPolicy: { gracePeriod } }),
      ...(limited && { maxCompletionTime: { nanoseconds: Math.floor(this.#random.next() * 3e10) } }),
    };
  }

  #script(): Script {
    const { next } = this.#random;
    const chance = next();
    if (chance < 0.03) return { launchFailure: { phase: 'fetch', message: 'Failed to fetch all URIs' } };
    const ignoresTerm = next() < 0.2;
    if (chance < 0.15) return { ignoresTerm }; // runs until it is killed
    const runMs = next() < 0.3 ? next() * 100 : next() ** 2 * 120_000;
    if (chance < 0.25) return { runMs, ignoresTerm, exit: { kind: 'signaled', signal: 11 } };
    const code = next() < 0.6 ? 0 : 1 + Math.floor(next() * 254);
    return { runMs, ignoresTerm, exit: { kind: 'exited', code } };
  }

  /** Resources of a random size out of what is left; now and then more than is left, which must be refused. */
  #size(left: Leftover): Resource[] | undefined {
    const { next } = this.#random;
    const cpus = [0.1, 0.25, 0.5, 1, 2][Math.floor(next() * 5)] ?? 1;
    const mem = 32 * (1 + Math.floor(next() * 16));
    if (next() < 0.03) return [scalar('cpus', 1000), scalar('mem', mem)];
    return left.take(cpus, mem, next() < 0.3 ? 1 : 0);
  }
}

/** What of an offer is not yet given to a task. */
class Leftover {
  #cpus: number;
  #mem: number;
  #ports: number[];

  constructor(resources: readonly Resource[]) {
    const amount = (name: string) => resources.find((resource) => resource.name === name)?.scalar?.value ?? 0;
    this.#cpus = amount('cpus');
    this.#mem = amount('mem');
    this.#ports = resources
      .flatMap((resource) => (resource.name === 'ports' ? (resource.ranges?.range ?? []) : []))
      .flatMap(({ begin, end }) => [begin, end]);
  }

  take(cpus: number, mem: number, ports: 0 | 1): Resource[] | undefined {
    if (cpus > this.#cpus || mem > this.#mem) return undefined;
    this.#cpus -= cpus;
    this.#mem -= mem;
    const taken = [scalar('cpus', cpus), scalar('mem', mem)];
    const port = ports === 1 ? this.#ports.shift() : undefined;
    if (port === undefined) return taken;
    this.#ports = this.#ports.filter((other) => other !== port);
    return [...taken, { name: 'ports', type: RANGES, ranges: { range: [{ begin: port, end: port }] } }];
  }
}

function scalar(name: string, value: number): Resource {
  return { name, type: SCALAR, scalar: { value } };
}
