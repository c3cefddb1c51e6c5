import type { SchedulerDelivery } from '../../common/net/link-methods.js';
import type { meseta } from '../../proto/index.js';

/** A call that changed nothing: its type, the HTTP status it would have had, and why. */
export type CallRefused = meseta.v1.CallRefused.$Properties;

/** What the master says to a scheduler on one stream: events, and refusals of its calls. */
export type SchedulerInbound = SchedulerDelivery;
