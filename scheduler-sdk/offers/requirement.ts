import type { Constraint } from './constraint.js';

/** One port: a number that it must be, or `any`. */
export type PortWish = number | 'any';

/**
 * What a task asks of an agent. Tasks that ask for the same share one object: `match` then recognises at once that what
 * did not fit for one will not fit for the next.
 */
export interface Needs {
  /** Cores, in thousandths at the finest. */
  readonly cpus: number;
  /** MiB. */
  readonly mem: number;
  /** MiB. Default 0. */
  readonly disk?: number | undefined;
  /** Devices. Default 0. */
  readonly gpus?: number | undefined;
  /** Default none. */
  readonly ports?: readonly PortWish[] | undefined;
  /** Only offers allocated to this role. Default any of the framework's. */
  readonly role?: string | undefined;
  /** Whether resources that may be taken back (revocable) will do. Default false. */
  readonly revocable?: boolean | undefined;
  /** All must hold. Default none. */
  readonly constraints?: readonly Constraint[] | undefined;
}

/** One task that wants a place. */
export interface Requirement {
  /** Unique within a match; the task id will do. */
  readonly id: string;
  readonly needs: Needs;
  /** Tasks of one group are peers to each other, for constraints that count peers. Default: no peers. */
  readonly group?: string | undefined;
}
