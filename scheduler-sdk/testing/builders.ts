import { type Attribute, mesos, type Offer, type Resource, type TaskStatus } from '../../proto/index.js';

const { SCALAR, RANGES, TEXT } = mesos.v1.Value.Type;

/** What an offer holds; everything has a default. */
export interface OfferSketch {
  /** Default `O1`, `O2`, ... */
  readonly id?: string;
  /** Default `S1`. */
  readonly agentId?: string;
  /** Default `host1`, after the number in the agent's id. */
  readonly hostname?: string;
  /** Cores. Default 4. */
  readonly cpus?: number;
  /** MiB. Default 4096. */
  readonly mem?: number;
  /** MiB. Default 8192. */
  readonly disk?: number;
  readonly gpus?: number;
  /** First and last. Default 31000 to 32000. */
  readonly ports?: readonly [number, number];
  /** The role it is allocated to. Default `*`. */
  readonly role?: string;
  /** All of it is reserved for this role. Default unreserved. */
  readonly reservedFor?: string;
  /** As text attributes. Default none. */
  readonly attributes?: Readonly<Record<string, string>>;
}

let offersMade = 0;

/** An offer as the master would send it. */
export function offer(sketch: OfferSketch = {}): Offer {
  offersMade += 1;
  const { id = `O${offersMade}`, agentId = 'S1', role = '*', attributes = {} } = sketch;
  return {
    id: { value: id },
    frameworkId: { value: 'F1' },
    agentId: { value: agentId },
    hostname: sketch.hostname ?? `host${/\d+$/.exec(agentId)?.[0] ?? ''}`,
    resources: resourcesOf(sketch, role),
    attributes: Object.entries(attributes).map(([name, value]): Attribute => ({ name, type: TEXT, text: { value } })),
    allocationInfo: { role },
  };
}

function resourcesOf(sketch: OfferSketch, role: string): Resource[] {
  const { cpus = 4, mem = 4096, disk = 8192, gpus = 0, ports = [31_000, 32_000], reservedFor } = sketch;
  const owner = {
    allocationInfo: { role },
    ...(reservedFor !== undefined && {
      reservations: [{ type: mesos.v1.Resource.ReservationInfo.Type.DYNAMIC, role: reservedFor }],
    }),
  };
  const scalars = Object.entries({ cpus, mem, disk, gpus }).filter(([, value]) => value > 0);
  return [
    ...scalars.map(([name, value]): Resource => ({ name, type: SCALAR, scalar: { value }, ...owner })),
    { name: 'ports', type: RANGES, ranges: { range: [{ begin: ports[0], end: ports[1] }] }, ...owner },
  ];
}

/** Task states by name. */
export type StateName = keyof typeof mesos.v1.TaskState;

let uuidsMade = 0;

/** A status as an agent would send it, with a uuid of its own that wants acknowledgement. `extra` overrides. */
export function status(
  task: { readonly taskId: { readonly value: string }; readonly agentId?: { readonly value: string } | null },
  state: StateName,
  extra: Partial<TaskStatus> = {},
): TaskStatus {
  uuidsMade += 1;
  const uuid = new Uint8Array(16);
  new DataView(uuid.buffer).setUint32(12, uuidsMade);
  return {
    taskId: { value: task.taskId.value },
    agentId: task.agentId ?? { value: 'S1' },
    state: mesos.v1.TaskState[state],
    source: mesos.v1.TaskStatus.Source.SOURCE_EXECUTOR,
    uuid,
    ...extra,
  };
}

/** A status as the master answers a reconciliation: nothing to acknowledge. */
export function answer(
  task: { readonly taskId: { readonly value: string }; readonly agentId?: { readonly value: string } | null },
  state: StateName,
): TaskStatus {
  return {
    taskId: { value: task.taskId.value },
    agentId: task.agentId ?? null,
    state: mesos.v1.TaskState[state],
    source: mesos.v1.TaskStatus.Source.SOURCE_MASTER,
    reason: mesos.v1.TaskStatus.Reason.REASON_RECONCILIATION,
  };
}
