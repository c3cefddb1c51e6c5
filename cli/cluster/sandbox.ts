import { mesos } from '../../proto/index.js';
import { CommandFailure } from '../failure.js';
import { agentClient } from './operator-client.js';

/** Largest piece read at once, in bytes: agents give at most 64 KiB. */
const PIECE_BYTES = 64 * 1024;

/** Where a task's files are: an agent and a path below its sandboxes. */
export interface Sandbox {
  /** `host:port` of the agent's API. */
  readonly agentAddress: string;
  readonly frameworkId: string;
  readonly executorId: string;
  /** Run of the executor; absent: the latest. */
  readonly containerId?: string;
  /** Task of a group, which has a folder of its own below the executor's. */
  readonly groupTaskId?: string;
}

/** The virtual path of a file in a sandbox, as agents accept it. */
export function sandboxPath(sandbox: Sandbox, file: string): string {
  const run = `/frameworks/${sandbox.frameworkId}/executors/${sandbox.executorId}/runs/${sandbox.containerId ?? 'latest'}`;
  const folder = sandbox.groupTaskId === undefined ? run : `${run}/tasks/${sandbox.groupTaskId}`;
  return `${folder}/${file}`;
}

/** One piece of a file and how long the file is now, in bytes. */
export interface FilePiece {
  readonly data: Uint8Array;
  readonly size: number;
}

/** Reads up to 64 KiB from `offset`; undefined while the file does not exist. */
export async function readPiece(sandbox: Sandbox, file: string, offset: number): Promise<FilePiece | undefined> {
  try {
    const response = await agentClient(sandbox.agentAddress).call({
      type: mesos.v1.agent.Call.Type.READ_FILE,
      readFile: { path: sandboxPath(sandbox, file), offset, length: PIECE_BYTES },
    });
    return { data: response.readFile?.data ?? new Uint8Array(), size: response.readFile?.size ?? 0 };
  } catch (error) {
    if (error instanceof CommandFailure && error.exitCode === 3) return undefined;
    throw error;
  }
}

/** Follows a growing file: each `next` gives what is new. A file that became shorter was rotated and is read from its start. */
export class FileTail {
  readonly #sandbox: Sandbox;
  readonly #file: string;
  #offset: number;

  constructor(sandbox: Sandbox, file: string, offset = 0) {
    this.#sandbox = sandbox;
    this.#file = file;
    this.#offset = offset;
  }

  /** Up to 64 KiB that were not given before; empty when there is nothing new. */
  async next(): Promise<Uint8Array> {
    const piece = await readPiece(this.#sandbox, this.#file, this.#offset);
    if (piece === undefined) return new Uint8Array();
    if (piece.size < this.#offset) {
      this.#offset = 0;
      return await this.next();
    }
    this.#offset += piece.data.length;
    return piece.data;
  }
}

/** Offset at which the last `lines` lines of a file begin. */
export async function offsetOfLastLines(sandbox: Sandbox, file: string, lines: number): Promise<number> {
  let end = (await readPiece(sandbox, file, 0))?.size ?? 0;
  let missing = lines + 1; // the newline before the first wanted line
  let last = true;
  while (end > 0) {
    const start = Math.max(0, end - PIECE_BYTES);
    const piece = await readPiece(sandbox, file, start);
    const data = (piece?.data ?? new Uint8Array()).subarray(0, end - start);
    for (let at = data.length - 1; at >= 0; at--) {
      if (data[at] !== 0x0a) continue;
      if (last && start + at === end - 1) {
        last = false;
        continue; // the newline that ends the file
      }
      missing -= 1;
      if (missing === 1) return start + at + 1;
    }
    last = false;
    end = start;
  }
  return 0;
}
