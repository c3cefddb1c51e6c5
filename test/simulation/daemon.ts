import type { Clock, Timer } from '../../common/runtime/clock.js';
import type { Random } from '../../common/runtime/random.js';
import type { Store } from '../../common/store/store.js';
import { Disk } from './disk.js';
import { Life } from './life.js';
import type { Network, Place } from './network.js';
import type { Trace } from './trace.js';

/** What daemons share. */
export interface DaemonPorts {
  readonly clock: Clock;
  readonly network: Network;
  readonly trace: Trace;
  /** A random source of its own for whoever asks, determined by the seed and the name. */
  randomFor(name: string): Random;
}

/** Starts the process: everything it does goes through its place and the store. */
export type Boot = (place: Place, store: Store) => void;

/** A program that is killed and started again, and the disk that its lives share. */
export class Daemon {
  readonly host: string;
  readonly disk: Disk;
  life: Life | undefined;
  starts = 0;
  readonly #ports: DaemonPorts;
  readonly #boot: Boot;
  #restart: Timer | undefined;

  constructor(host: string, ports: DaemonPorts, boot: Boot) {
    this.host = host;
    this.disk = new Disk(ports.clock, ports.randomFor(`disk of ${host}`));
    this.#ports = ports;
    this.#boot = boot;
  }

  get isUp(): boolean {
    return this.life?.alive === true;
  }

  /** Starts unless it runs. */
  start(): void {
    this.#restart?.cancel();
    if (this.isUp) return;
    this.starts += 1;
    this.#ports.trace.note(`${this.host} starts`);
    this.life = new Life(this.#ports.clock);
    this.#boot({ host: this.host, life: this.life }, this.disk.open());
  }

  /** Kills the process, if any, and starts it again after `downMs`. `silently`: the host loses its power. */
  kill(why: string, downMs: number, silently = false): void {
    const { life } = this;
    if (life?.alive) {
      this.#ports.trace.note(`${this.host} dies: ${why}`);
      life.end();
      this.#ports.network.kill(life, silently);
      this.disk.crash();
    }
    this.#restart?.cancel();
    this.#restart = this.#ports.clock.after(downMs, () => this.start());
  }
}
