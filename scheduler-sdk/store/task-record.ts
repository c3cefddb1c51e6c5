import { meseta } from '../../proto/index.js';
import type { LaunchedTask } from './launched-task.js';

/** The bytes under which a task is stored. */
export function encodeTask(task: LaunchedTask): Uint8Array {
  const record: meseta.v1.LaunchedTaskRecord.$Properties = {
    taskId: { value: task.taskId },
    agentId: task.agentId === undefined ? null : { value: task.agentId },
    info: task.info ?? null,
    status: task.status ?? null,
    uuid: task.uuid ?? null,
    killWanted: task.kill === undefined ? null : true,
    killPolicy: task.kill?.policy ?? null,
    changedAtMs: task.changedAtMs,
  };
  return meseta.v1.LaunchedTaskRecord.encode(record).finish();
}

/** The task that `encodeTask` stored. Throws when the bytes are no such record. */
export function decodeTask(value: Uint8Array): LaunchedTask {
  const record = meseta.v1.LaunchedTaskRecord.decode(value);
  return {
    taskId: record.taskId.value,
    agentId: record.agentId?.value,
    info: record.info ?? undefined,
    status: record.status ?? undefined,
    uuid: record.uuid ?? undefined,
    kill: record.killWanted ? { policy: record.killPolicy ?? undefined } : undefined,
    changedAtMs: record.changedAtMs,
  };
}
