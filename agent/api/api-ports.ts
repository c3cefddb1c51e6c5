import type { Readable } from 'node:stream';
import type { CommandInfo, mesos } from '../../proto/index.js';
import type { ContainerExit } from '../containerizer/containerizer.js';

/** Files below the agent's sandboxes. Paths are real ones (`/var/lib/.../stdout`) or virtual (`/frameworks/...`). */
export interface SandboxFiles {
  /** Entries of a folder; undefined when it does not exist or is not below a sandbox. */
  list(path: string): Promise<mesos.v1.FileInfo.$Properties[] | undefined>;
  /** At most 64 KiB from `offset` and the size of the file; undefined when there is no such file below a sandbox. */
  read(path: string, offset: number, length?: number): Promise<{ size: number; data: Uint8Array } | undefined>;
  /** A whole file as it is now; undefined as with `read`. */
  open(path: string): Promise<{ readonly size: number; readonly content: Readable } | undefined>;
}

/** A command to run beside a container: in its sandbox, as its user, with its environment. */
export interface SessionRequest {
  /** Container it runs beside; it is alive. */
  readonly containerId: string;
  readonly command: CommandInfo;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly user?: string;
}

/** Who hears of a session. */
export interface SessionListener {
  output(stream: 'stdout' | 'stderr', data: Uint8Array): void;
  /** Called once, last. `failed`: the command could not be started. */
  ended(exit: ContainerExit | { readonly kind: 'failed'; readonly message: string }): void;
}

/** A session under way. */
export interface SessionHandle {
  /** Holds the command back in the end: its output is no longer read until `resume`. */
  pause(): void;
  resume(): void;
  /** Kills the command and all it started. Idempotent. */
  close(): void;
}

/** Starts a session. */
export type StartSession = (request: SessionRequest, listener: SessionListener) => SessionHandle;
