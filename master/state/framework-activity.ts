import type { Link } from '../../common/link.js';
import { mesos, type SchedulerEvent } from '../../proto/index.js';

const { Call, Event } = mesos.v1.scheduler;
const Operation = mesos.v1.Offer.Operation.Type;

/** States that a task ends in, as far as they are counted. */
const ENDS = ['FINISHED', 'FAILED', 'KILLED', 'ERROR', 'LOST', 'DROPPED', 'GONE', 'GONE_BY_OPERATOR'];

/** Kinds that the original does not count, or that have no name on its wire. */
const UNCOUNTED = new Set(['UNKNOWN']);

const NAMES = [
  ...['calls', 'events', 'operations', 'offers/sent', 'offers/accepted', 'offers/declined', 'offers/rescinded'],
  ...namesOf(Call.Type, 'calls'),
  ...namesOf(Event.Type, 'events'),
  ...namesOf(Operation, 'operations'),
  ...ENDS.map((end) => `tasks/terminal/task_${end.toLowerCase()}`),
];

/** Counts of what was said between the master and one framework, by the ends of their names in `/metrics/snapshot`. */
export class FrameworkActivity {
  readonly #values = new Map<string, number>(NAMES.map((name) => [name, 0]));

  call(type: mesos.v1.scheduler.Call.Type): void {
    this.#count('calls');
    this.#count(`calls/${Call.Type[type]?.toLowerCase()}`);
  }

  event({ type, offers }: SchedulerEvent): void {
    this.#count('events');
    this.#count(`events/${Event.Type[type ?? Event.Type.UNKNOWN]?.toLowerCase()}`);
    this.#count('offers/sent', offers?.offers?.length ?? 0);
    if (type === Event.Type.RESCIND) this.#count('offers/rescinded');
  }

  operation(type: mesos.v1.Offer.Operation.Type): void {
    this.#count('operations');
    this.#count(`operations/${Operation[type]?.toLowerCase()}`);
  }

  /** Counts offers that the framework answered: an ACCEPT or DECLINE may name several. */
  answered(how: 'accepted' | 'declined', offers: number): void {
    this.#count(`offers/${how}`, offers);
  }

  taskEnded(state: mesos.v1.TaskState): void {
    this.#count(`tasks/terminal/${mesos.v1.TaskState[state]?.toLowerCase()}`);
  }

  /** The link, but what is sent over it counts. */
  counting(link: Link<SchedulerEvent>): Link<SchedulerEvent> {
    return {
      send: (event) => {
        this.event(event);
        link.send(event);
      },
      close: () => link.close(),
    };
  }

  /** Name and value of every count, zeros included. */
  entries(): IterableIterator<[string, number]> {
    return this.#values.entries();
  }

  /** Kinds that this release does not know are part of the sums only. */
  #count(name: string, by = 1): void {
    const value = this.#values.get(name);
    if (value !== undefined) this.#values.set(name, value + by);
  }
}

function namesOf(kinds: object, prefix: string): string[] {
  const names = Object.keys(kinds).filter((name) => !/^\d+$/.test(name) && !UNCOUNTED.has(name));
  return names.map((name) => `${prefix}/${name.toLowerCase()}`);
}
