import { frameworkId } from '../../common/ids.js';
import type { FrameworkInfo } from '../../proto/index.js';
import { frameworkRecord } from '../checkpoint/records.js';
import type { Core } from '../core.js';

/**
 * A framework has subscribed again or changed its info (roles, capabilities, description); whether it is checkpointed
 * cannot change. What it has not acknowledged it may never have heard, so it hears it at once, not at the next back-off.
 */
export function updateFramework(core: Core, info: FrameworkInfo): void {
  if (!info.id) return;
  const id = frameworkId(info.id.value);
  const row = core.tables.frameworks.get(id);
  if (row) {
    row.info = info;
    core.commit(row.checkpoint, [frameworkRecord(row)], () => {});
  }
  core.updates.resend(id);
}
