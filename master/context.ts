import type { Clock } from '../common/runtime/clock.js';
import type { Logger } from '../common/runtime/logger.js';
import type { Random } from '../common/runtime/random.js';
import type { MasterInfo } from '../proto/index.js';
import type { Allocator } from './allocator/allocator.js';
import type { MasterOptions } from './options.js';
import type { Registrar } from './registry/registrar.js';
import type { AgentTable } from './state/agents.js';
import type { Counters } from './state/counters.js';
import type { FrameworkTable } from './state/frameworks.js';
import type { IdSequence } from './state/id-sequence.js';
import type { OfferTable } from './state/offers.js';

/** What every call of the master works on: its tables, its allocator and registry, and the ports. */
export interface MasterContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly options: MasterOptions;
  readonly info: MasterInfo;
  readonly ids: IdSequence;
  readonly agents: AgentTable;
  readonly frameworks: FrameworkTable;
  readonly offers: OfferTable;
  readonly counters: Counters;
  readonly allocator: Allocator;
  readonly registrar: Registrar;
  /** Something could be offered that could not before: look in the next turn, once for all that asked in this one. */
  readonly requestAllocation: () => void;
}
