import type { FrameworkInfo } from '../../proto/index.js';
import { type Reasons, reasonIf } from './reasons.js';

/** What a framework may not change once it has subscribed: its principal. */
export function validatePrincipal(old: FrameworkInfo, next: FrameworkInfo): Reasons {
  const same = (old.principal ?? undefined) === (next.principal ?? undefined);
  return reasonIf(!same, "Changing framework's principal is not allowed.");
}

/** What UPDATE_FRAMEWORK may not change: principal, user and checkpoint. (A new SUBSCRIBE ignores the latter two.) */
export function validateFrameworkUpdate(old: FrameworkInfo, next: FrameworkInfo): Reasons {
  const [before, after] = [old.checkpoint ?? false, next.checkpoint ?? false];
  return [
    ...validatePrincipal(old, next),
    ...reasonIf(
      old.user !== next.user,
      `Updating 'FrameworkInfo.user' is unsupported; attempted to update from '${old.user}' to '${next.user}'`,
    ),
    ...reasonIf(
      before !== after,
      `Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from '${before}' to '${after}'`,
    ),
  ];
}
