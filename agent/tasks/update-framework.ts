import { frameworkId } from '../../common/ids.js';
import type { FrameworkInfo } from '../../proto/index.js';
import { frameworkRecord } from '../checkpoint/records.js';
import type { Core } from '../core.js';

/** A framework has changed its info (roles, capabilities, description); whether it is checkpointed cannot change. */
export function updateFramework(core: Core, info: FrameworkInfo): void {
  const row = info.id && core.tables.frameworks.get(frameworkId(info.id.value));
  if (!row) return;
  row.info = info;
  core.commit(row.checkpoint, [frameworkRecord(row)], () => {});
}
