import { ACCEPTED, type CallOutcome, refused } from '../../../common/call-outcome.js';
import type { mesos } from '../../../proto/index.js';
import type { MasterContext } from '../../context.js';
import { rolesOf } from '../../frameworks/capabilities.js';
import { changeFramework } from '../../frameworks/change-framework.js';
import { keepFramework } from '../../frameworks/keep-framework.js';
import type { FrameworkRow } from '../../state/frameworks.js';
import { validateFramework } from '../../validation/framework.js';
import { validateFrameworkUpdate } from '../../validation/framework-update.js';
import { textOf } from '../../validation/reasons.js';
import { validateConstrainedRoles, validateSuppressedRoles } from '../../validation/subscribed-roles.js';

/** A framework changes its description without a new subscription: all of it, or nothing when any of it is wrong. */
export function updateFramework(
  context: MasterContext,
  framework: FrameworkRow,
  { frameworkInfo, suppressedRoles, offerConstraints }: mesos.v1.scheduler.Call.UpdateFramework.$Properties,
): CallOutcome {
  const { roles, rootSubmissions } = context.options;
  const unsound = validateFramework(frameworkInfo, { roles, rootSubmissions, isCompleted: () => false });
  if (unsound.length > 0) return refused(400, `Supplied FrameworkInfo is not valid: ${textOf(unsound)}`);
  const forbidden = validateFrameworkUpdate(framework.info, frameworkInfo);
  if (forbidden.length > 0) return refused(400, `FrameworkInfo update is not valid: ${textOf(forbidden)}`);
  const subscribed = rolesOf(frameworkInfo);
  const foreign = [
    ...validateSuppressedRoles(subscribed, suppressedRoles ?? []),
    ...validateConstrainedRoles(subscribed, offerConstraints),
  ];
  if (foreign.length > 0) return refused(400, `'UpdateFramework' call is not valid: ${textOf(foreign)}`);
  changeFramework(context, framework, frameworkInfo, suppressedRoles ?? []);
  // The scheduler says the same again whenever it subscribes, so the answer need not wait for the disk.
  keepFramework(context, framework);
  return ACCEPTED;
}
