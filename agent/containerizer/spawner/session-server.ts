import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { toExit } from './containers.js';
import { makePipes } from './pipes.js';
import { send } from './processes.js';
import { FRAME, type RecordedExit, type Request, SESSION_MARKER, toFrame } from './protocol.js';
import { type Output, startProcess } from './start-process.js';
import type { Stragglers } from './stragglers.js';

const SIGKILL = 9;
/** A descendant that keeps the output open does not hold back the exit for longer. */
const LINGER_MS = 500;

type SessionRequest = Extract<Request, { op: 'session' }>;

/** Runs a session on a connection of its own: output and exit go out in frames, and closing it kills. */
export function serveSession(socket: Socket, request: SessionRequest, stragglers: Stragglers): void {
  if (request.output === 'stderr') {
    runSession(socket, request, 'stderr', stragglers, []);
    return;
  }
  makePipes(`session.${request.id}`, request.process.owner, (pipes) => {
    if (pipes instanceof Error) {
      end(socket, { kind: 'failed', message: `Failed to create pipes for the output: ${pipes.message}` });
      return;
    }
    forward(pipes.stdout, FRAME.stdout, socket);
    forward(pipes.stderr, FRAME.stderr, socket);
    runSession(socket, request, pipes.writeEnds, stragglers, [pipes.stdout, pipes.stderr]);
    for (const descriptor of pipes.writeEnds) closeSync(descriptor);
  });
}

function runSession(
  socket: Socket,
  { id, process }: SessionRequest,
  output: Output,
  stragglers: Stragglers,
  sources: readonly Readable[],
): void {
  const env = { ...process.env, [SESSION_MARKER]: id };
  startProcess({ ...process, env }, output, (outcome) => {
    if ('failure' in outcome) {
      end(socket, { kind: 'failed', message: outcome.failure });
      return;
    }
    const { child, pid } = outcome;
    const kill = (delayMs: number) => {
      if (child.exitCode === null && child.signalCode === null) send(-pid, SIGKILL);
      stragglers.kill({ marker: SESSION_MARKER, value: id }, delayMs);
    };
    socket.once('close', () => kill(0));
    child.once('exit', () => send(-pid, SIGKILL)); // in the turn that reaped it: the number is still its group's
    onDrained(child, sources, (exit) => end(socket, exit));
    if (socket.destroyed) kill(0);
  });
}

function forward(source: Readable, kind: number, socket: Socket): void {
  source.on('data', (chunk: Buffer) => {
    if (socket.destroyed) return;
    if (socket.write(toFrame(kind, chunk))) return;
    source.pause();
    socket.once('drain', () => source.resume());
  });
  source.on('error', () => source.destroy());
  socket.once('close', () => source.destroy());
}

/** Calls `done` when the process has ended and its output was read, or is held open by another for too long. */
function onDrained(child: ChildProcess, sources: readonly Readable[], done: (exit: RecordedExit) => void): void {
  let open = sources.length + 1;
  let told = false;
  const tell = () => {
    if (!told) done(toExit(child.exitCode, child.signalCode));
    told = true;
  };
  const closed = () => {
    if (--open === 0) tell();
  };
  for (const source of sources) source.once('close', closed);
  child.once('exit', () => {
    closed();
    setTimeout(tell, LINGER_MS);
  });
}

function end(socket: Socket, exit: RecordedExit): void {
  if (!socket.destroyed) socket.end(toFrame(FRAME.exit, Buffer.from(JSON.stringify(exit))));
}
