import { request } from 'node:http';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

/** One answer, whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** What to ask. `timeoutMs` bounds the silence of the other side, not the whole exchange. */
export interface HttpQuestion {
  /** `host:port`. */
  readonly address: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Who is asked, for errors: "master", "agent …", "jobs framework". */
  readonly whom: string;
  /** Where the address came from, for errors. */
  readonly origin: string;
}

/** Largest answer read into memory, in bytes. */
const LARGEST_ANSWER = 512 * 1024 * 1024;

/** Asks and reads the whole answer. Throws a failure with exit code 5 that names the address and its origin. */
export function ask(question: HttpQuestion): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const separator = question.address.lastIndexOf(':');
    const unreachable = (why: string, cause?: Error) =>
      new CommandFailure(
        EXIT.unreachable,
        `Cannot reach the ${question.whom} at ${question.address} (from ${question.origin}): ${why}`,
        'meseta up (starts a local cluster), or --master HOST:PORT',
        { cause },
      );
    const outgoing = request(
      {
        host: question.address.slice(0, separator).replace(/^\[|\]$/g, ''),
        port: Number(question.address.slice(separator + 1)),
        method: question.method,
        path: question.path,
        headers: { ...question.headers },
        timeout: question.timeoutMs ?? 30_000,
        ...(question.signal === undefined ? {} : { signal: question.signal }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size > LARGEST_ANSWER) incoming.destroy(new Error(`the answer is larger than ${LARGEST_ANSWER} bytes`));
        });
        incoming.on('error', (error) => reject(unreachable(error.message, error)));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            contentType: incoming.headers['content-type'] ?? '',
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('it does not answer')));
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (question.signal?.aborted) reject(error);
      else reject(unreachable(plainReason(error), error));
    });
    outgoing.end(question.body);
  });
}

function plainReason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'that host name is unknown';
    case 'ECONNRESET':
      return 'it closed the connection';
    default:
      return error.message === '' ? (error.code ?? 'it does not answer') : error.message;
  }
}
