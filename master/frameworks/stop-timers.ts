import type { FrameworkRow } from '../state/frameworks.js';

/** Stops whatever timer goes with the framework's connection. */
export function stopTimers({ connection }: FrameworkRow): void {
  if (connection.kind === 'connected') connection.heartbeat.cancel();
  else connection.deadline.cancel();
}
