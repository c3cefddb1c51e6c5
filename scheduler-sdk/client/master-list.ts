import type { Detector } from '../../common/coordination/detector.js';
import type { Clock } from '../../common/runtime/clock.js';

/** A detector that a client may correct: one that guesses takes the next guess, one that knows ignores it. */
export interface MasterSource extends Detector {
  /** `address` could not be reached or does not lead; `hint` is the leader where the client was told of it. */
  lost?(address: string, hint?: string): void;
}

/**
 * Guesses the leader from a fixed list of masters (`host:port`): the first, then the next in turn each time one is
 * lost. For one client. `addresses` must not be empty.
 */
export function masterList(addresses: readonly string[], clock: Pick<Clock, 'after'>): MasterSource {
  let turn = 0;
  let tell: (address: string | undefined) => void = () => {};
  return {
    watch(changed) {
      let stopped = false;
      tell = (address) => {
        clock.after(0, () => {
          if (!stopped) changed(address === undefined ? undefined : { address });
        });
      };
      tell(addresses[0]);
      return {
        stop: () => {
          stopped = true;
        },
      };
    },
    lost(address, hint) {
      if (hint === undefined || hint === address) turn += 1;
      tell(hint !== undefined && hint !== address ? hint : addresses[turn % addresses.length]);
    },
  };
}
