import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './http-refusal.js';

/** Largest body of a call. Default of `readBody`. */
export const MAX_BODY_BYTES = 16 * 2 ** 20;

/** Reads a whole request body; throws an `HttpRefusal` (413) once it is known to exceed `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes = MAX_BODY_BYTES): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

// What the client still sends is not read, so the connection cannot serve another request.
const tooLarge = (maxBytes: number) =>
  new HttpRefusal(413, `The request body exceeds the limit of ${maxBytes} bytes`, { Connection: 'close' });
