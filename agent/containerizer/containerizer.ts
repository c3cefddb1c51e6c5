import type { CommandInfo } from '../../proto/index.js';

/** How a container's process ended. `unknown`: it is gone, and what would have told us how is gone too. */
export type ContainerExit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: number }
  /** `message`: why, when that is known, e.g. that it could not be started. */
  | { readonly kind: 'unknown'; readonly message?: string };

/** What to run, and where. Everything here is decided; nothing is looked up later. */
export interface ContainerSpec {
  /** Unique for ever; the key under which a launch is idempotent. */
  readonly containerId: string;
  /** Program and arguments, URIs to fetch first. `shell` defaults to true: `/bin/sh -c value`. */
  readonly command: CommandInfo;
  /** The complete environment of the process: nothing is inherited from the agent. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of the sandbox: made, owned by `user`, the working directory, holder of `stdout` and `stderr`. */
  readonly directory: string;
  /** Name of the user to run as; absent: the agent's own. */
  readonly user?: string;
}

/** Why a container could not be started. */
export interface LaunchFailure {
  readonly phase: 'sandbox' | 'fetch' | 'start' | 'destroyed';
  /** In the words of the original where it has any, e.g. "Failed to fetch all URIs for container '…': …". */
  readonly message: string;
}

/** What is found of a container after the agent restarted. */
export type RecoveredContainer =
  | { readonly state: 'running'; readonly pid: number }
  | { readonly state: 'exited'; readonly exit: ContainerExit }
  /** Certain: its process was never started, so launching it now runs it once. */
  | { readonly state: 'never-started' };

/**
 * Runs containers. Containers outlive the agent: whatever was launched keeps running when the agent is killed, and how
 * it ended can be learnt by the next agent. The `posix` containerizer and the in-memory twin implement it.
 * Callbacks come in a later turn, each exactly once.
 */
export interface Containerizer {
  /**
   * Makes the sandbox, fetches, starts. A second launch of a known id starts nothing and reports the first's outcome.
   * `started` gets the pid of the process, which leads its own process group and session.
   */
  launch(spec: ContainerSpec, started: (outcome: { pid: number } | LaunchFailure) => void): void;
  /** Sends `signal` (a number) to the whole process group. Does nothing when the container is not running. */
  signal(containerId: string, signal: number): void;
  /** Kills every process of the container, also while it is being fetched or started. Idempotent; the exit is reported as ever. */
  destroy(containerId: string): void;
  /** Who hears of exits: each started container's once, also those that ended while no agent ran, after `recover`. */
  onExit(listener: (containerId: string, exit: ContainerExit) => void): void;
  /** Tells what became of each of `known`, and destroys every other container of this agent that still runs. */
  recover(known: readonly string[], done: (found: ReadonlyMap<string, RecoveredContainer>) => void): void;
  /** Forgets an ended container: what was kept to tell its exit is deleted. Idempotent. The sandbox stays. */
  forget(containerId: string): void;
}
