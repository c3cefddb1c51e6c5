/**
 * Time, handed in. Daemons get `systemClock`; tests and the simulator get a `VirtualClock` that moves when told.
 * All time-outs use `nowMs`; `wallMs` is only for timestamps that people or other machines read.
 */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start; never jumps. */
  nowMs(): number;
  /** Milliseconds since the Unix epoch; may jump when the host's clock is set. */
  wallMs(): number;
  /** Calls `fire` once, at least `delayMs` from now (0: in a later turn). Delays beyond 24.8 days are honoured. */
  after(delayMs: number, fire: () => void): Timer;
}

/** A pending call; cancelling one that has fired, or twice, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Longest delay that Node's own timer takes before it fires at once instead. */
const LONGEST_NODE_DELAY_MS = 2 ** 31 - 1;

/** The machine's clock. Its timers do not keep a process alive on their own: sockets and servers do. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, fire) {
    let timer: NodeJS.Timeout;
    const endAt = performance.now() + delayMs;
    const arm = () => {
      const leftMs = Math.max(0, endAt - performance.now());
      const last = leftMs <= LONGEST_NODE_DELAY_MS;
      timer = setTimeout(last ? fire : arm, Math.min(leftMs, LONGEST_NODE_DELAY_MS));
      timer.unref();
    };
    arm();
    return { cancel: () => clearTimeout(timer) };
  },
};
