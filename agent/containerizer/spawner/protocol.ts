import type { ContainerExit } from '../containerizer.js';

/** Grows when an older spawner could no longer understand a newer agent, or the other way round. */
export const PROTOCOL_VERSION = 1;

/** Longest message either side accepts, in characters: the kernel allows a process about 2 MiB of arguments. */
export const LONGEST_LINE = 16 * 1024 * 1024;

/** Environment variable by which every process of a container can be told, also after it left the process group. */
export const CONTAINER_MARKER = 'MESETA_CONTAINER_ID';

/** The same for a session, on top of the marker of the container that it runs in. */
export const SESSION_MARKER = 'MESETA_SESSION_ID';

/** A process to start. Nothing is looked up by the spawner: no user name, no default. */
export interface ProcessSpec {
  /** The program: a path, or a name that is searched in the `PATH` of `env`. */
  readonly file: string;
  /** The argument list from `argv[0]` on. */
  readonly argv: readonly string[];
  /** The complete environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Working directory, absolute; `stdout` and `stderr` are appended to inside it. */
  readonly directory: string;
  /** Numeric ids to run as; absent: the spawner's own. Supplementary groups are dropped when present. */
  readonly owner?: Owner;
}

/** Numeric user and group. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What is on record of an end: how the process ended, or why it could not be started. */
export type RecordedExit = ContainerExit | { readonly kind: 'failed'; readonly message: string };

/** What the spawner knows of one container. Without `pid` it never got a process; with `exit` it is over. */
export interface ContainerReport {
  readonly id: string;
  /** Its sandbox, where that is known. */
  readonly directory?: string;
  readonly pid?: number;
  readonly exit?: RecordedExit;
}

/** Where the output of a session goes: to the one who asked, or to the end of the sandbox's `stderr`. */
export type SessionOutput = 'stream' | 'stderr';

/** Agent to spawner, one JSON object a line. `hello` comes first; `session` has a connection of its own. */
export type Request =
  | { readonly op: 'hello'; readonly version: number }
  | { readonly op: 'launch'; readonly id: string; readonly process: ProcessSpec }
  | { readonly op: 'signal'; readonly id: string; readonly signal: number }
  | { readonly op: 'destroy'; readonly id: string }
  | { readonly op: 'forget'; readonly id: string }
  /** Records that nobody can tell any more how this container ended. */
  | { readonly op: 'lost'; readonly id: string }
  /** The agent has understood the `welcome`; from now on a container without record was never started. */
  | { readonly op: 'recovered' }
  /** Exit as soon as no container runs. */
  | { readonly op: 'stop' }
  | {
      readonly op: 'session';
      /** From `welcome`; a session asked for by an agent that was since replaced is refused. */
      readonly epoch: number;
      readonly id: string;
      readonly containerId: string;
      readonly process: ProcessSpec;
      readonly output: SessionOutput;
    };

/** Spawner to agent, one JSON object a line. */
export type Reply =
  | {
      readonly op: 'welcome';
      readonly version: number;
      /** Counts the agents this spawner has served; only the latest is listened to. */
      readonly epoch: number;
      /** The runtime directory is new, or from before a reboot: the absence of a container proves nothing. */
      readonly fresh: boolean;
      readonly containers: readonly ContainerReport[];
    }
  /** Another agent has connected; nothing more is heard from this one. */
  | { readonly op: 'replaced' }
  | { readonly op: 'started'; readonly id: string; readonly pid: number }
  | { readonly op: 'failed'; readonly id: string; readonly message: string }
  | { readonly op: 'exited'; readonly id: string; readonly exit: RecordedExit };

/** Kinds of frames on a session's connection: one byte, then a 32-bit big-endian length, then as many bytes. */
export const FRAME = { stdout: 1, stderr: 2, exit: 3 } as const;

/** Bytes before a frame's payload. */
export const FRAME_HEADER_BYTES = 5;

/** Builds a session frame. */
export function toFrame(kind: number, payload: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  frame.writeUInt8(kind, 0);
  frame.writeUInt32BE(payload.length, 1);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** Name of the socket of one incarnation of the spawner; the highest generation is the one to talk to. */
export const socketName = (generation: number) => `spawner.${generation}`;

/** The generation in a socket's name, or NaN when it is not one. */
export function parseGeneration(name: string): number {
  const match = /^spawner\.([1-9]\d*)$/.exec(name);
  return match === null ? Number.NaN : Number(match[1]);
}
