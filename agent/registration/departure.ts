import type { Core } from '../core.js';
import type { Executors } from '../executor/executors.js';
import { shutdownFramework } from '../tasks/shutdown-framework.js';
import type { Registration } from './registration.js';

/** How much longer than the executors' grace period the agent waits for everything to end. */
const PATIENCE_MS = 10_000;

/** The agent leaves for good, told by its master or by an operator: ends everything, takes its leave, ends its process. */
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
    this.#core.ports.clock.after(this.#core.options.executorShutdownGraceMs + PATIENCE_MS, () => this.#leave());
    this.proceed();
  }

  /** Leaves if nothing is left. */
  proceed(): void {
    if (this.#reason !== undefined && this.#core.tables.frameworks.size === 0) this.#leave();
  }

  #leave(): void {
    if (this.#registration.kind === 'stopped') return;
    this.#registration.send({ unregister: {} });
    this.#registration.stop();
    this.#core.ports.exit(this.#reason ?? '');
  }
}
