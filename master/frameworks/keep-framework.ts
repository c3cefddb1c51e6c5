import type { MasterContext } from '../context.js';
import { saveFramework } from '../registry/save-framework.js';
import type { FrameworkRow } from '../state/frameworks.js';

/** Writes down the framework as it is now. One whose end is being written stays ended. */
export function keepFramework(context: MasterContext, { id, info, connection, leaving }: FrameworkRow): void {
  if (leaving) return;
  const deadlineWallMs = connection.kind === 'connected' ? undefined : connection.deadline.wallMs;
  context.registrar.apply(saveFramework(id, info, deadlineWallMs));
}
