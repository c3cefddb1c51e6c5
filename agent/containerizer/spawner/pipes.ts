import { execFile } from 'node:child_process';
import { closeSync, constants, fchownSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Owner } from './protocol.js';

/** A pipe for each output of a process: the ends it writes to, to be closed by us once it has them, and ours. */
export interface OutputPipes {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Descriptors for the process. */
  readonly writeEnds: readonly [stdout: number, stderr: number];
}

/**
 * Makes pipes. What Node calls a pipe is a socket, and opening `/dev/stderr`, as shell scripts do, fails on a socket;
 * so these are FIFOs in the working directory, whose names are gone before anything is written to them.
 */
export function makePipes(name: string, owner: Owner | undefined, done: (pipes: OutputPipes | Error) => void): void {
  const paths = [`${name}.out`, `${name}.err`] as const;
  execFile('mkfifo', ['-m', '600', '--', ...paths], (error) => {
    try {
      done(error ?? openPipes(paths, owner));
    } catch (failure) {
      done(failure as Error);
    } finally {
      for (const path of paths) rmSync(path, { force: true });
    }
  });
}

function openPipes([out, err]: readonly [string, string], owner: Owner | undefined): OutputPipes {
  const [stdout, stderr] = [openPipe(out, owner), openPipe(err, owner)];
  return { stdout: stdout.source, stderr: stderr.source, writeEnds: [stdout.writeEnd, stderr.writeEnd] };
}

function openPipe(path: string, owner: Owner | undefined): { source: Readable; writeEnd: number } {
  const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
  const readEnd = openSync(path, O_RDONLY | O_NONBLOCK); // waits for no writer
  try {
    const writeEnd = openSync(path, O_WRONLY);
    if (owner !== undefined) fchownSync(writeEnd, owner.uid, owner.gid);
    return { source: new Socket({ fd: readEnd, readable: true, writable: false }), writeEnd };
  } catch (error) {
    closeSync(readEnd);
    throw error;
  }
}
