import type { ContainerExit, LaunchFailure, RecoveredContainer } from './containerizer.js';
import type { ContainerReport, ProcessSpec, RecordedExit } from './spawner/protocol.js';

/** How a launch came out. */
export type Outcome = { readonly pid: number } | LaunchFailure;

/**
 * Where a container stands. The process exists from `running` on, and may from `starting` on.
 *
 *     preparing -> starting -> running -> ended
 *         |            |
 *         +------------+-> failed
 */
export type ContainerState =
  | { readonly at: 'preparing'; readonly phase: LaunchFailure['phase'] }
  | { readonly at: 'starting'; readonly process: ProcessSpec }
  | { readonly at: 'running'; readonly pid: number }
  | { readonly at: 'ended'; readonly pid: number; readonly exit: ContainerExit }
  | { readonly at: 'failed'; readonly failure: LaunchFailure };

/** What the containerizer knows of one container. */
export interface ContainerEntry {
  /** Real path of the sandbox, once it is known. */
  directory?: string;
  state: ContainerState;
  /** Asked for by `destroy`, and repeated to a spawner that may not have heard it. */
  destroyed: boolean;
  readonly abort: AbortController;
  readonly waiting: ((outcome: Outcome) => void)[];
}

/** An entry that nobody has asked to destroy. */
export function createEntry(state: ContainerState, waiting: ContainerEntry['waiting'] = []): ContainerEntry {
  return { state, destroyed: false, abort: new AbortController(), waiting };
}

/** What a spawner's report says of a container. In a `fresh` directory the lack of a report proves nothing. */
export function toRecovered(report: ContainerReport | undefined, fresh: boolean): RecoveredContainer {
  if (report === undefined) return fresh ? { state: 'exited', exit: { kind: 'unknown' } } : { state: 'never-started' };
  if (report.exit !== undefined) return { state: 'exited', exit: toExit(report.exit) };
  return { state: 'running', pid: report.pid ?? 0 };
}

/** The state of what was found; undefined when it was never started. */
export function toState(found: RecoveredContainer, pid: number): ContainerState | undefined {
  switch (found.state) {
    case 'running':
      return { at: 'running', pid };
    case 'exited':
      return { at: 'ended', pid, exit: found.exit };
    case 'never-started':
      return undefined;
  }
}

/** An end as the agent is told it. */
export function toExit(exit: RecordedExit): ContainerExit {
  return exit.kind === 'failed' ? { kind: 'unknown', message: exit.message } : exit;
}

/** Why a container that was being started has no process. */
export function neverRan(exit: RecordedExit): string {
  return exit.kind === 'failed' ? exit.message : 'Its process may have been started, and nobody can tell how it ended';
}
