import type { CallOutcome } from '../../common/call-outcome.js';
import type { SchedulerSession } from '../../master/ports.js';
import {
  type FrameworkInfo,
  mesos,
  type Offer,
  type OfferOperation,
  type SchedulerCall,
  type SchedulerEvent,
  type TaskInfo,
  type TaskStatus,
} from '../../proto/index.js';
import type { MasterRig } from './master-rig.js';

const { Type: CallType } = mesos.v1.scheduler.Call;
const { Type: EventType } = mesos.v1.scheduler.Event;
const { Type: Capability } = mesos.v1.FrameworkInfo.Capability;

type FrameworkCapability = keyof typeof Capability;

/** A framework in role `*` with MULTI_ROLE, unless said otherwise. */
export function frameworkInfo(more: Partial<FrameworkInfo> = {}, ...names: FrameworkCapability[]): FrameworkInfo {
  const capabilities = (['MULTI_ROLE', ...names] as const).map((name) => ({ type: Capability[name] }));
  return { user: 'root', name: 'test', roles: ['*'], checkpoint: true, failoverTimeout: 60, capabilities, ...more };
}

/** A command task that fits into any offer of the rig. */
export function commandTask(id: string, agentId: string, more: Partial<TaskInfo> = {}): TaskInfo {
  const resources = [scalar('cpus', 0.1), scalar('mem', 32)];
  return {
    name: id,
    taskId: { value: id },
    agentId: { value: agentId },
    command: { value: 'true' },
    resources,
    ...more,
  };
}

export function scalar(name: string, value: number) {
  return { name, type: mesos.v1.Value.Type.SCALAR, scalar: { value } };
}

/** The far end of a scheduler's stream: the test makes the calls and reads the events. */
export class ScriptedScheduler {
  id = '';
  /** What came and was not taken yet, heartbeats left out. */
  events: SchedulerEvent[] = [];
  heartbeats = 0;
  closed = false;
  readonly #rig: MasterRig;
  readonly #session: SchedulerSession;

  constructor(rig: MasterRig) {
    this.#rig = rig;
    const session = rig.master.schedulerConnected({
      send: (event) => {
        if (event.type === EventType.HEARTBEAT) this.heartbeats++;
        else this.events.push(event);
      },
      close: () => {
        if (this.closed) return;
        this.closed = true;
        rig.clock.after(0, () => session.closed('closed by the master'));
      },
    });
    this.#session = session;
  }

  /** Subscribes and waits for the answer, whatever it is. With an id it resubscribes. */
  subscribe(info: FrameworkInfo = frameworkInfo(), suppressedRoles: string[] = []): this {
    const frameworkId = info.id ? { frameworkId: info.id } : {};
    this.call({ type: CallType.SUBSCRIBE, ...frameworkId, subscribe: { frameworkInfo: info, suppressedRoles } });
    const answer = this.events.find(({ type }) => type === EventType.SUBSCRIBED);
    if (answer) this.id = this.take('subscribed').frameworkId.value;
    return this;
  }

  call(call: SchedulerCall): CallOutcome {
    const outcome = this.#session.received({ ...(this.id && { frameworkId: { value: this.id } }), ...call });
    this.#rig.settle();
    return outcome;
  }

  hangUp(): void {
    this.#session.closed('broken');
    this.#rig.settle();
  }

  /** Accepts offers with operations; nothing left over is filtered for long. */
  accept(offers: readonly Offer[], operations: OfferOperation[], refuseSeconds = 0): CallOutcome {
    const offerIds = offers.map(({ id }) => id);
    return this.call({ type: CallType.ACCEPT, accept: { offerIds, operations, filters: { refuseSeconds } } });
  }

  launch(offers: readonly Offer[], ...taskInfos: TaskInfo[]): CallOutcome {
    return this.accept(offers, [{ type: mesos.v1.Offer.Operation.Type.LAUNCH, launch: { taskInfos } }]);
  }

  decline(offers: readonly Offer[], refuseSeconds?: number): CallOutcome {
    const filters = refuseSeconds === undefined ? {} : { filters: { refuseSeconds } };
    return this.call({ type: CallType.DECLINE, decline: { offerIds: offers.map(({ id }) => id), ...filters } });
  }

  acknowledge({ agentId, taskId, uuid }: TaskStatus): CallOutcome {
    if (!agentId || !uuid) throw new Error('Cannot acknowledge: the status has no agent or uuid');
    return this.call({ type: CallType.ACKNOWLEDGE, acknowledge: { agentId, taskId, uuid } });
  }

  /** The oldest event that has the part, taken from the list; throws when there is none. */
  take<Part extends keyof SchedulerEvent>(part: Part): NonNullable<SchedulerEvent[Part]> {
    const at = this.events.findIndex((event) => event[part] != null);
    const [event] = at < 0 ? [] : this.events.splice(at, 1);
    const content = event?.[part];
    if (content == null) throw new Error(`Cannot take ${part}: got ${JSON.stringify(this.events)}`);
    return content;
  }

  /** All offers that came and were not taken yet. */
  takeOffers(): Offer[] {
    const offers = this.events.flatMap((event) => event.offers?.offers ?? []);
    this.events = this.events.filter((event) => !event.offers);
    return offers;
  }

  takeStatus(): TaskStatus {
    return this.take('update').status;
  }
}
