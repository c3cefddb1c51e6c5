import { randomUUID } from 'node:crypto';
import type { Link } from '../../common/link.js';
import type { SchedulerEvent } from '../../proto/index.js';
import type { SchedulerSession } from '../ports.js';

/** The event stream of a scheduler that speaks HTTP: its calls come as requests of their own and name the stream. */
export interface SchedulerHttpStream {
  /** What `Mesos-Stream-Id` must say. */
  readonly id: string;
  readonly session: SchedulerSession;
}

/** The open HTTP streams, found by the link that the master's core holds of a framework. */
export class SchedulerHttpStreams {
  readonly #streams = new Map<Link<SchedulerEvent>, SchedulerHttpStream>();

  /** Enters a stream under a new id; an id is never used twice. */
  add(link: Link<SchedulerEvent>, session: SchedulerSession): SchedulerHttpStream {
    const stream = { id: randomUUID(), session };
    this.#streams.set(link, stream);
    return stream;
  }

  /** Undefined: the link is no HTTP stream, or has closed. */
  of(link: Link<SchedulerEvent>): SchedulerHttpStream | undefined {
    return this.#streams.get(link);
  }

  remove(link: Link<SchedulerEvent>): void {
    this.#streams.delete(link);
  }
}
