import { remove } from '../checkpoint/records.js';
import type { Core } from '../core.js';
import type { Executors } from '../executor/executors.js';
import { shutdownFramework } from '../tasks/shutdown-framework.js';
import type { Registration } from './registration.js';

/** How much longer than the executors' grace period the agent waits for everything to end. */
const PATIENCE_MS = 10_000;

/**
 * The agent leaves for good, told by its master or by an operator: ends everything, takes its leave, forgets who it was
 * (the next agent of its work directory is a new one, as in the original) and ends its process.
 */
export class Departure {
  readonly #core: Core;
  readonly #executors: Executors;
  readonly #registration: Registration;
  #reason: string | undefined;

  constructor(core: Core, executors: Executors, registration: Registration) {
    this.#core = core;
    this.#executors = executors;
    this.#registration = registration;
  }

  /** Begins to leave. Repeated calls change nothing. */
  begin(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#core.log.warn('Leaving the cluster', { reason });
    for (const framework of [...this.#core.tables.frameworks.values()]) {
      shutdownFramework(this.#core, this.#executors, framework);
    }
    this.#core.ports.clock.after(this.#core.options.executorShutdownGraceMs + PATIENCE_MS, () => this.#giveUp());
    this.proceed();
  }

  /** Whether nothing new may be started. */
  get underWay(): boolean {
    return this.#reason !== undefined;
  }

  /** Leaves if nothing is left. */
  proceed(): void {
    if (this.#reason !== undefined && this.#core.tables.frameworks.size === 0) this.#leave();
  }

  /** What asked for more time than there is, or cannot be ended, is killed and waited for no longer. */
  #giveUp(): void {
    const { tables, ports } = this.#core;
    for (const executor of tables.executors()) ports.containerizer.destroy(executor.containerId);
    for (const task of tables.tasks()) ports.containerizer.destroy(task.containerId);
    this.#leave();
  }

  #leave(): void {
    if (this.#registration.kind === 'stopped') return;
    const { store, exit } = this.#core.ports;
    this.#registration.send({ unregister: {} });
    this.#registration.stop();
    store.read('', (found) => {
      const changes = found instanceof Error ? [] : found.map(([key]) => remove(key));
      this.#core.commit(true, changes, () => exit(this.#reason ?? ''));
    });
  }
}
