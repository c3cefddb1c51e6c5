import type { MasterInfo } from '../../proto/index.js';
import type { Clock } from '../runtime/clock.js';

/** The master that leads. */
export interface Leader {
  /** `host:port`. */
  readonly address: string;
  /** What the leader published of itself; absent where only the address was configured. */
  readonly info?: MasterInfo;
}

/** Finds the leading master, and tells when it changes. */
export interface Detector {
  /**
   * Tells `changed` the leader as known now and again after each change, always in a later turn. `undefined`: nobody
   * leads, or whoever does cannot be learnt at present, and no master may be obeyed.
   */
  watch(changed: (leader: Leader | undefined) => void): Watch;
}

/** An interest in the leader. */
export interface Watch {
  /** After this nothing more is told. Idempotent. */
  stop(): void;
}

/** For a stand-alone master: `address` leads for ever. */
export function fixedDetector(address: string, clock: Clock): Detector {
  return {
    watch(changed) {
      const timer = clock.after(0, () => changed({ address }));
      return { stop: () => timer.cancel() };
    },
  };
}
