import type { StoreChange, StorePair } from '../../common/store/store.js';
import { meseta, type StatusUpdate } from '../../proto/index.js';
import type { ExecutorKind, ExecutorRow, FrameworkRow, KillReason, TaskRow } from '../tasks/rows.js';

type V1 = typeof meseta.v1;
type Shape<Name extends keyof V1> = V1[Name] extends { decode(bytes: Uint8Array): infer Message } ? Message : never;

/** The version of the records written here; newer ones are refused. */
const RECORD_FORMAT = 1;

/** The key under which the agent itself is stored. */
const AGENT_KEY = 'agent';

/** Keys of the store in `meta`, from ids as the wire gives them; each begins with what tells its record apart. */
export const frameworkKey = (framework: string) => `framework/${framework}`;
export const executorKey = (framework: string, executor: string) => `executor/${framework}/${executor}`;
export const taskKey = (framework: string, executor: string, task: string) => `task/${framework}/${executor}/${task}`;
/**
 * Key of a status update; `sequence` is padded to 10 digits, so that a scan by prefix gives a task's updates in their
 * order.
 */
export const updateKey = (framework: string, task: string, sequence: number) =>
  `update/${framework}/${task}/${String(sequence).padStart(10, '0')}`;

/** A change that removes `key`. */
export const remove = (key: string): StoreChange => ({ op: 'delete', key });

const put = (key: string, value: Uint8Array): StoreChange => ({ op: 'put', key, value });

/** Records who this agent is and under which boot of the host. */
export function agentRecord(agent: meseta.v1.AgentCheckpoint.$Properties['agent'], bootId: string): StoreChange {
  return put(AGENT_KEY, meseta.v1.AgentCheckpoint.encode({ format: RECORD_FORMAT, agent, bootId }).finish());
}

/** Records a framework's info. */
export function frameworkRecord(row: FrameworkRow): StoreChange {
  return put(frameworkKey(row.id), meseta.v1.FrameworkCheckpoint.encode({ framework: row.info }).finish());
}

/** Records an executor, before anything of it is started. */
export function executorRecord(row: ExecutorRow): StoreChange {
  const { framework, id, info, kind, containerId, directory, token } = row;
  const record = {
    frameworkId: { value: framework.id },
    executor: info,
    kind: KINDS[kind],
    containerId,
    directory,
    ...(token !== undefined && { token }),
  };
  return put(executorKey(framework.id, id), meseta.v1.ExecutorCheckpoint.encode(record).finish());
}

/** Records a task as its row stands, its kill included. */
export function taskRecord(row: TaskRow): StoreChange {
  const { executor, id, info, group, containerId, kill, startedAtWallMs } = row;
  const record = {
    frameworkId: { value: executor.framework.id },
    executorId: { value: executor.id },
    task: info,
    containerId,
    ...(group !== undefined && { group }),
    ...(startedAtWallMs !== undefined && { startedAtMs: startedAtWallMs }),
    ...(kill && { killAtMs: kill.atWallMs, killGraceMs: kill.graceMs }),
    ...(kill?.reason && { killReason: kill.reason }),
  };
  return put(taskKey(executor.framework.id, executor.id, id), meseta.v1.TaskCheckpoint.encode(record).finish());
}

/** Records a status update, or that it has been acknowledged. */
export function updateRecord(key: string, update: StatusUpdate, acknowledged: boolean): StoreChange {
  return put(key, meseta.v1.UpdateCheckpoint.encode({ update, acknowledged }).finish());
}

const { COMMAND, DEFAULT, CUSTOM } = meseta.v1.ExecutorKind;
const KINDS = { command: COMMAND, default: DEFAULT, custom: CUSTOM } as const;

/** Everything that was on disk, in key order, as it was written. */
export interface Checkpoints {
  agent: Shape<'AgentCheckpoint'> | undefined;
  readonly frameworks: Shape<'FrameworkCheckpoint'>[];
  readonly executors: (Shape<'ExecutorCheckpoint'> & { readonly rowKind: ExecutorKind })[];
  readonly tasks: (Shape<'TaskCheckpoint'> & { readonly reason: KillReason | undefined })[];
  readonly updates: { readonly sequence: number; readonly record: Shape<'UpdateCheckpoint'> }[];
  /** Keys that could not be read, with what is wrong. */
  readonly problems: { readonly key: string; readonly problem: string }[];
}

/** Reads all records; what cannot be read is listed, not thrown. */
export function readRecords(pairs: readonly StorePair[]): Checkpoints {
  const found: Checkpoints = { agent: undefined, frameworks: [], executors: [], tasks: [], updates: [], problems: [] };
  for (const [key, value] of pairs) {
    try {
      readRecord(found, key, value);
    } catch (error) {
      found.problems.push({ key, problem: error instanceof Error ? error.message : String(error) });
    }
  }
  return found;
}

function readRecord(found: Checkpoints, key: string, value: Uint8Array): void {
  const kind = key.split('/', 1)[0];
  switch (kind) {
    case 'agent':
      found.agent = readAgent(value);
      return;
    case 'framework':
      found.frameworks.push(meseta.v1.FrameworkCheckpoint.decode(value));
      return;
    case 'executor': {
      const record = meseta.v1.ExecutorCheckpoint.decode(value);
      found.executors.push(Object.assign(record, { rowKind: readKind(record.kind) }));
      return;
    }
    case 'task': {
      const record = meseta.v1.TaskCheckpoint.decode(value);
      found.tasks.push(Object.assign(record, { reason: readReason(record.killReason) }));
      return;
    }
    case 'update': {
      const sequence = Number(key.slice(key.lastIndexOf('/') + 1));
      if (!Number.isSafeInteger(sequence)) throw new Error('its key does not end in a sequence number');
      found.updates.push({ sequence, record: meseta.v1.UpdateCheckpoint.decode(value) });
      return;
    }
    default:
      throw new Error('nothing of this version is stored under such a key');
  }
}

function readAgent(value: Uint8Array): Shape<'AgentCheckpoint'> {
  const record = meseta.v1.AgentCheckpoint.decode(value);
  if (record.format > RECORD_FORMAT) {
    throw new Error(
      `it has format ${record.format}, written by a newer release; this one reads up to ${RECORD_FORMAT}`,
    );
  }
  return record;
}

function readKind(kind: meseta.v1.ExecutorKind): ExecutorKind {
  for (const name of ['command', 'default', 'custom'] as const) if (KINDS[name] === kind) return name;
  throw new Error(`it has an executor kind, ${kind}, that this release does not know`);
}

function readReason(reason: string | null | undefined): KillReason | undefined {
  return reason === 'unhealthy' || reason === 'max-completion-time' ? reason : undefined;
}
