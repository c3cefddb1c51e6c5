import type { FrameworkId } from '../../common/ids.js';
import type { FrameworkInfo } from '../../proto/index.js';
import { profileOf } from '../allocator/framework-profile.js';
import type { MasterContext } from '../context.js';
import { FrameworkActivity } from '../state/framework-activity.js';
import type { FrameworkConnection, FrameworkRow } from '../state/frameworks.js';
import { rolesOf } from './capabilities.js';

/** Enters a framework that is new to this master. It is offered something once activated. */
export function addFramework(
  context: MasterContext,
  id: FrameworkId,
  info: FrameworkInfo,
  suppressedRoles: readonly string[],
  connection: FrameworkConnection,
  activity = new FrameworkActivity(),
): FrameworkRow {
  const framework: FrameworkRow = {
    id,
    info,
    roles: rolesOf(info),
    suppressedRoles: new Set(suppressedRoles),
    connection,
    registeredWallMs: context.clock.wallMs(),
    reregisteredWallMs: undefined,
    tasks: new Map(),
    offers: new Set(),
    unreachableTasks: new Map(),
    completedTasks: [],
    agents: new Set(),
    activity,
    leaving: false,
  };
  context.frameworks.live.set(id, framework);
  context.allocator.addFramework(id, profileOf(info, suppressedRoles), connection.kind === 'connected');
  return framework;
}
