import type { LaunchFailure } from './containerizer.js';

/** Thrown on the way to a container's process, and told as what it is. */
export function failure(phase: LaunchFailure['phase'], message: string): LaunchFailure {
  return { phase, message };
}

/** Whether something thrown is a `LaunchFailure`. */
export function isFailure(error: unknown): error is LaunchFailure {
  return typeof error === 'object' && error !== null && 'phase' in error && 'message' in error;
}
