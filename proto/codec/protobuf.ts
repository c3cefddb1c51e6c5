import { type MessageType, shortName } from './message-type.js';
import { WireError } from './wire-error.js';

/** Default bound on a message in bytes: that of protobuf itself. HTTP edges set narrower ones on bodies. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * A message as protobuf bytes. Integers beyond 64 bits saturate: the largest duration, 2^63-1 ns, is held in memory as
 * 2^63 and must not come out negative. Throws `WireError` when a value does not fit its field or a required one is
 * absent.
 */
export function encode<T>(type: MessageType<T>, message: T): Uint8Array {
  try {
    return type.codec.encode(message).finish();
  } catch (cause) {
    throw new WireError('INVALID', `Failed to write ${shortName(type)} protobuf: ${reasonOf(cause)}`, { cause });
  }
}

/** Reads a message from protobuf bytes. Throws `WireError`, with the original's sentence, for anything that is not one. */
export function decode<T>(type: MessageType<T>, bytes: Uint8Array, maxBytes: number = MAX_MESSAGE_BYTES): T {
  const refusal = `Failed to parse body into ${shortName(type)} protobuf`;
  if (bytes.length > maxBytes) {
    throw new WireError('LIMIT', `${refusal}: it has ${bytes.length} bytes, at most ${maxBytes} are allowed`);
  }
  try {
    return type.codec.decode(bytes);
  } catch (cause) {
    throw new WireError('SYNTAX', refusal, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
