import type { CallOutcome } from '../common/call-outcome.js';
import type { Clock } from '../common/runtime/clock.js';
import type { Logger } from '../common/runtime/logger.js';
import type { Random } from '../common/runtime/random.js';
import type { Store } from '../common/store/store.js';
import type { SchedulerCall } from '../proto/index.js';
import type { MasterOptions } from './options.js';

/** What the master's core is handed: everything through which it touches the world. */
export interface MasterPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Holds the registry. The master neither opens nor closes it. */
  readonly store: Store;
  readonly options: MasterOptions;
  /**
   * Called once, when the registry could not be written: the master accepts nothing any more, and its process should
   * end so that another takes over.
   */
  readonly failed: (error: Error) => void;
}

/** A scheduler's end of its event stream: calls come in here, events leave through the link handed over. */
export interface SchedulerSession {
  /** The first call must be SUBSCRIBE. What is refused has changed nothing. */
  received(call: SchedulerCall): CallOutcome;
  /** The stream broke, or was closed by either side. Called once, last. `reason` is for logs. */
  closed(reason: string): void;
}
