import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { toExit } from './containers.js';
import { send } from './processes.js';
import { FRAME, type RecordedExit, type Request, SESSION_MARKER, toFrame } from './protocol.js';
import { startProcess } from './start-process.js';
import type { Stragglers } from './stragglers.js';

const SIGKILL = 9;
/** A descendant that keeps the output open does not hold back the exit for longer. */
const LINGER_MS = 500;

/** Runs a session on a connection of its own: output and exit go out in frames, and closing it kills. */
export function serveSession(
  socket: Socket,
  request: Extract<Request, { op: 'session' }>,
  stragglers: Stragglers,
): void {
  const env = { ...request.process.env, [SESSION_MARKER]: request.id };
  const output = request.output === 'stream' ? 'pipes' : 'stderr';
  startProcess({ ...request.process, env }, output, (outcome) => {
    if ('failure' in outcome) {
      end(socket, { kind: 'failed', message: outcome.failure });
      return;
    }
    const { child, pid } = outcome;
    const kill = (delayMs: number) => {
      if (child.exitCode === null && child.signalCode === null) send(-pid, SIGKILL);
      stragglers.kill({ marker: SESSION_MARKER, value: request.id }, delayMs);
    };
    socket.once('close', () => kill(0));
    forward(child.stdout, FRAME.stdout, socket);
    forward(child.stderr, FRAME.stderr, socket);
    child.once('exit', () => send(-pid, SIGKILL)); // in the turn that reaped it: the number is still its group's
    onDrained(child, (exit) => end(socket, exit));
    if (socket.destroyed) kill(0);
  });
}

function forward(source: Readable | null, kind: number, socket: Socket): void {
  source?.on('data', (chunk: Buffer) => {
    if (socket.write(toFrame(kind, chunk))) return;
    source.pause();
    socket.once('drain', () => source.resume());
  });
}

/** Calls `done` when the process has ended and its output was read, or is held open by another for too long. */
function onDrained(child: ChildProcess, done: (exit: RecordedExit) => void): void {
  let told = false;
  const tell = () => {
    if (!told) done(toExit(child.exitCode, child.signalCode));
    told = true;
  };
  child.once('close', tell);
  child.once('exit', () => setTimeout(tell, LINGER_MS));
}

function end(socket: Socket, exit: RecordedExit): void {
  if (!socket.destroyed) socket.end(toFrame(FRAME.exit, Buffer.from(JSON.stringify(exit))));
}
