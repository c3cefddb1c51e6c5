import type { Clock } from '../../common/runtime/clock.js';
import type { Random } from '../../common/runtime/random.js';
import type { Daemon } from './daemon.js';
import type { Machine } from './machine.js';
import type { Network } from './network.js';
import type { Trace } from './trace.js';
import type { Witness } from './witness.js';

/** What can be done to a cluster. */
export interface FaultTargets {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly network: Network;
  readonly master: Daemon;
  readonly scheduler: Daemon;
  readonly machines: readonly Machine[];
  readonly tasks: ReadonlyMap<string, Witness>;
}

/** Each does one thing at the moment it is called. */
const KINDS: Readonly<Record<string, (faults: Faults) => void>> = {
  break: (faults) => faults.breakLink(),
  mute: (faults) => faults.muteLink(),
  partition: (faults) => faults.partition(),
  delay: (faults) => faults.delay(),
  'kill master': (faults) => faults.kill(faults.targets.master),
  'kill agent': (faults) => faults.kill(faults.machine().daemon),
  'kill scheduler': (faults) => faults.kill(faults.targets.scheduler),
  reboot: (faults) => faults.reboot(),
  'lose exits': (faults) => faults.loseExits(),
  'slow disk': (faults) => faults.slowDisk(),
  'failing disk': (faults) => faults.failDisk(),
};

/**
 * What goes wrong during a run: at random moments, random faults out of a subset that the seed draws too, so that some
 * runs see many of one kind and others a few of all.
 */
export class Faults {
  readonly targets: FaultTargets;
  readonly #kinds: readonly string[];
  readonly #meanMs: number;
  #over = false;

  constructor(targets: FaultTargets) {
    const { next } = targets.random;
    this.targets = targets;
    const kinds = Object.keys(KINDS).filter(() => next() < 0.45);
    this.#kinds = kinds.length > 0 ? kinds : Object.keys(KINDS);
    this.#meanMs = [3_000, 10_000, 10_000, 30_000][Math.floor(next() * 4)] ?? 10_000;
    targets.trace.note(`faults: ${this.#kinds.join(', ')} every ${this.#meanMs / 1000} s`);
    this.#next();
  }

  /** Nothing goes wrong any more, and what went wrong is mended; what is down comes up in its time. */
  stop(): void {
    const { network, master, scheduler, machines, trace } = this.targets;
    trace.note('faults end');
    this.#over = true;
    network.slowMs = 0;
    network.healAll();
    for (const { disk } of [master, scheduler, ...machines.map(({ daemon }) => daemon)]) {
      disk.failing = false;
      disk.slowUntilMs = 0;
    }
  }

  machine(): Machine {
    const { machines, random } = this.targets;
    return machines[Math.floor(random.next() * machines.length)] as Machine;
  }

  breakLink(): void {
    this.targets.network.breakOne();
  }

  muteLink(): void {
    this.targets.network.muteOne();
  }

  partition(): void {
    const { network, clock, random, trace } = this.targets;
    const host = random.next() < 0.3 ? 'scheduler' : this.machine().name;
    const forMs = this.#long(200, 150_000);
    trace.note(`fault: master and ${host} are apart for ${seconds(forMs)}`);
    network.partition('master', host);
    clock.after(forMs, () => network.heal('master', host));
  }

  delay(): void {
    const { network, clock, random, trace } = this.targets;
    network.slowMs = this.#long(20, 5_000);
    const forMs = random.next() * 30_000;
    trace.note(`fault: messages take up to ${seconds(network.slowMs)} for ${seconds(forMs)}`);
    clock.after(forMs, () => {
      network.slowMs = 0;
    });
  }

  kill(daemon: Daemon): void {
    daemon.kill('fault: killed', this.#long(20, 100_000));
  }

  reboot(): void {
    const machine = this.machine();
    for (const task of this.targets.tasks.values()) if (task.machine === machine && !task.exit) task.exitLost = true;
    machine.reboot(this.#long(1_000, 60_000));
  }

  loseExits(): void {
    const machine = this.machine();
    this.targets.trace.note(`fault: the spawner of ${machine.name} dies`);
    for (const task of this.targets.tasks.values()) if (task.machine === machine) task.exitLost = true;
    machine.host.loseExits();
  }

  slowDisk(): void {
    const { clock, random, trace } = this.targets;
    const { disk, host } = this.#daemon();
    const forMs = random.next() * 20_000;
    disk.slowMs = this.#long(50, 20_000);
    disk.slowUntilMs = clock.nowMs() + forMs;
    trace.note(`fault: the disk of ${host} takes up to ${seconds(disk.slowMs)} for ${seconds(forMs)}`);
  }

  failDisk(): void {
    const { clock, random, trace } = this.targets;
    const { disk, host } = this.#daemon();
    const forMs = random.next() * 5_000;
    trace.note(`fault: the disk of ${host} fails for ${seconds(forMs)}`);
    disk.failing = true;
    clock.after(forMs, () => {
      disk.failing = false;
    });
  }

  #next(): void {
    const { clock, random } = this.targets;
    const waitMs = -Math.log(1 - random.next()) * this.#meanMs;
    clock.after(waitMs, () => {
      if (this.#over) return;
      const kind = this.#kinds[Math.floor(random.next() * this.#kinds.length)] ?? '';
      KINDS[kind]?.(this);
      this.#next();
    });
  }

  #daemon(): Daemon {
    const { master, scheduler, machines, random } = this.targets;
    const all = [master, scheduler, ...machines.map(({ daemon }) => daemon)];
    return all[Math.floor(random.next() * all.length)] as Daemon;
  }

  /** Between the two, short ones as likely as long ones on a logarithmic scale. */
  #long(leastMs: number, mostMs: number): number {
    return leastMs * (mostMs / leastMs) ** this.targets.random.next();
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
