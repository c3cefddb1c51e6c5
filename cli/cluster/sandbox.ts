import { mesos } from '../../proto/index.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { agentClient } from './operator-client.js';

/** Largest piece read at once, in bytes: agents give at most 64 KiB. */
const PIECE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

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

/** Reads up to 64 KiB of a file of a sandbox from `offset`; undefined while the file does not exist. */
export type ReadPiece = (file: string, offset: number) => Promise<FilePiece | undefined>;

/** Reads files of a sandbox from its agent. */
export function sandboxReader(sandbox: Sandbox): ReadPiece {
  const agent = agentClient(sandbox.agentAddress);
  return async (file, offset) => {
    try {
      const { readFile } = await agent.call({
        type: mesos.v1.agent.Call.Type.READ_FILE,
        readFile: { path: sandboxPath(sandbox, file), offset, length: PIECE_BYTES },
      });
      return { data: readFile?.data ?? new Uint8Array(), size: readFile?.size ?? 0 };
    } catch (error) {
      if (error instanceof CommandFailure && error.exitCode === EXIT.notFound) return undefined;
      throw error;
    }
  };
}

/**
 * Follows a growing file: each `next` gives what is new. A file that became shorter was rotated: what it had grown by
 * before is read from `FILE.1`, then it is read from its start.
 */
export class FileTail {
  readonly #read: ReadPiece;
  readonly #file: string;
  #offset: number;
  /** Whether the rest of the file before the rotation is being read. */
  #rotated = false;

  constructor(read: ReadPiece, file: string, offset = 0) {
    this.#read = read;
    this.#file = file;
    this.#offset = offset;
  }

  /** Up to 64 KiB that were not given before; empty when there is nothing new. */
  async next(): Promise<Uint8Array> {
    if (!this.#rotated) {
      const piece = await this.#read(this.#file, this.#offset);
      if (piece === undefined) return this.#missing();
      if (piece.size >= this.#offset) return this.#took(piece);
      this.#rotated = true;
    }
    const rest = await this.#read(`${this.#file}.1`, this.#offset);
    if (rest !== undefined && rest.data.length > 0) return this.#took(rest);
    this.#rotated = false;
    this.#offset = 0;
    return await this.next();
  }

  /** A file that was there and is not: its agent is coming back, or has deleted it. Only time tells. */
  #missing(): Uint8Array {
    if (this.#offset > 0)
      throw new CommandFailure(EXIT.unreachable, `Cannot read on in ${this.#file}: the agent does not have it now`);
    return new Uint8Array();
  }

  #took({ data }: FilePiece): Uint8Array {
    this.#offset += data.length;
    return data;
  }
}

/** Offset at which the last `lines` lines of a file begin. Reads it backwards, so a large file costs no more. */
export async function offsetOfLastLines(read: ReadPiece, file: string, lines: number): Promise<number> {
  const size = (await read(file, 0))?.size ?? 0;
  if (lines === 0) return size;
  // A newline that ends the file ends its last line; each one before it separates two.
  let missing = lines;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - PIECE_BYTES);
    const data = (await read(file, start))?.data.subarray(0, end - start) ?? new Uint8Array();
    for (let at = data.length - 1; at >= 0; at--) {
      if (data[at] !== NEWLINE || start + at === size - 1) continue;
      missing -= 1;
      if (missing === 0) return start + at + 1;
    }
    end = start;
  }
  return 0;
}
