import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, constants, fchownSync, fstatSync, openSync, readlinkSync } from 'node:fs';
import { getSystemErrorMessage } from 'node:util';
import type { Owner, ProcessSpec } from './protocol.js';

/** `files`: to the sandbox's `stdout` and `stderr`. `stderr`: both to `stderr`. Descriptors: to these. */
export type Output = 'files' | 'stderr' | readonly [stdout: number, stderr: number];

/** A running process, or why there is none. */
export type StartOutcome = { readonly child: ChildProcess; readonly pid: number } | { readonly failure: string };

/**
 * Starts a process in a session and group of its own, with `/dev/null` as standard input. `done` is called once, at
 * once when the process runs.
 */
export function startProcess(spec: ProcessSpec, output: Output, done: (outcome: StartOutcome) => void): void {
  const open: number[] = [];
  try {
    const child = spawnIn(spec, output, open);
    if (child.pid === undefined) child.once('error', (error) => done({ failure: failureOf(spec.file, error) }));
    else done({ child, pid: child.pid });
  } catch (error) {
    done({ failure: failureOf(spec.file, error) });
  } finally {
    for (const file of open) closeSync(file);
  }
}

function spawnIn(spec: ProcessSpec, output: Output, open: number[]): ChildProcess {
  const directory = openSandbox(spec.directory);
  open.push(directory);
  const append = (name: string) => {
    const file = openForAppend(`/proc/self/fd/${directory}/${name}`, spec.owner);
    open.push(file);
    return file;
  };
  const [argv0 = spec.file, ...args] = spec.argv;
  return spawn(spec.file, args, {
    argv0,
    env: spec.env,
    // By descriptor: the path may be swapped for a link by another process of the same user at any time.
    cwd: `/proc/self/fd/${directory}`,
    detached: true,
    stdio: stdioOf(output, append),
    ...(spec.owner ?? {}),
  });
}

function stdioOf(output: Output, append: (name: string) => number): StdioOptions {
  if (output === 'files') return ['ignore', append('stdout'), append('stderr')];
  if (output !== 'stderr') return ['ignore', ...output];
  const file = append('stderr');
  return ['ignore', file, file];
}

/** Opens a folder and makes sure that it is the one its path names, reached through no link. */
function openSandbox(path: string): number {
  const directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  if (readlinkSync(`/proc/self/fd/${directory}`) === path) return directory;
  closeSync(directory);
  throw new Error(`'${path}' leads through a symbolic link`);
}

/** Not blocking and not following: a process of the sandbox may have put a FIFO or a link in the file's place. */
function openForAppend(path: string, owner: Owner | undefined): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644);
  try {
    if (!fstatSync(file).isFile()) throw new Error('output is not a regular file');
    if (owner !== undefined) fchownSync(file, owner.uid, owner.gid);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function failureOf(file: string, error: unknown): string {
  const errno = (error as NodeJS.ErrnoException).errno;
  const text = errno === undefined ? String((error as Error).message) : getSystemErrorMessage(errno);
  return `Failed to execute '${file}': ${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
