import type { Clock } from '../../common/runtime/clock.js';
import type { Filters } from '../../proto/index.js';
import type { Refusal } from '../allocator/allocator.js';

const DEFAULT_REFUSE_SECONDS = 5;

/** How long a framework does not want again what it gives back; 5 s unless it says otherwise. */
export function refusalOf(clock: Clock, filters: Filters | null | undefined): Refusal {
  return { refuseMs: (filters?.refuseSeconds ?? DEFAULT_REFUSE_SECONDS) * 1000, nowMs: clock.nowMs() };
}
