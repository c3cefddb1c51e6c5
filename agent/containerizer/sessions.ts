import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { messageOf } from '../../common/runtime/errors.js';
import type { ContainerSpec } from './containerizer.js';
import type { PosixContainerizer } from './posix-containerizer.js';
import { FRAME, FRAME_HEADER_BYTES, type RecordedExit, type SessionOutput } from './spawner/protocol.js';

/** Who hears of a session. `ended` comes last, once. */
export interface SessionReceiver {
  output(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
  /** `failed`: it could not be started. `unknown`: the spawner died meanwhile. */
  ended(exit: RecordedExit): void;
}

/** A command that runs inside another container for as long as somebody listens. */
export interface Session {
  /** Stops reading output, and so in the end the command's writing, until `resume`. */
  pause(): void;
  resume(): void;
  /** Kills the command and all it started, and tells nothing more. Idempotent. */
  close(): void;
}

/** Largest frame: pipes are read in pieces of 64 KiB. */
const LONGEST_FRAME = 1024 * 1024;

/**
 * Runs `spec.command` as a session of the running container `spec.containerId`: in its sandbox, with its user and
 * the given environment. Output comes as it is written, or goes to the end of the sandbox's `stderr`.
 */
export function openSession(
  containerizer: PosixContainerizer,
  spec: ContainerSpec,
  receiver: SessionReceiver,
  output: SessionOutput = 'stream',
): Session {
  let socket: Socket | undefined;
  let [closed, paused] = [false, false];
  const ended = (exit: RecordedExit) => {
    if (!closed) receiver.ended(exit);
    closed = true;
  };
  containerizer.toProcess(spec).then(
    (process) => {
      if (closed) return;
      socket = containerizer.spawner.openSession({ id: randomUUID(), containerId: spec.containerId, process, output });
      if (socket === undefined) ended({ kind: 'failed', message: 'The spawner cannot be reached' });
      else hear(socket, (stream, bytes) => closed || receiver.output(stream, bytes), ended);
      if (paused) socket?.pause();
    },
    (error: unknown) => ended({ kind: 'failed', message: failureText(error) }),
  );
  return {
    pause: () => {
      paused = true;
      socket?.pause();
    },
    resume: () => {
      paused = false;
      socket?.resume();
    },
    close: () => {
      closed = true;
      socket?.destroy();
    },
  };
}

function hear(
  socket: Socket,
  output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void,
  ended: (exit: RecordedExit) => void,
): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('error', () => {}); // `close` follows
  socket.once('close', () => ended({ kind: 'unknown' }));
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= FRAME_HEADER_BYTES) {
      const length = rest.readUInt32BE(1);
      if (length > LONGEST_FRAME) socket.destroy();
      if (length > LONGEST_FRAME || rest.length < FRAME_HEADER_BYTES + length) return;
      const payload = rest.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + length);
      const kind = rest.readUInt8(0);
      rest = rest.subarray(FRAME_HEADER_BYTES + length);
      if (kind === FRAME.exit) ended(JSON.parse(payload.toString()) as RecordedExit);
      else output(kind === FRAME.stdout ? 'stdout' : 'stderr', payload);
    }
  });
}

/** A `LaunchFailure` is not an `Error`, and its message is meant to be read. */
function failureText(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : messageOf(error);
}
