import type { IncomingMessage } from 'node:http';
import {
  chooseMedia,
  decode,
  encode,
  fromJson,
  JSON_MEDIA,
  type MediaType,
  type MessageType,
  PROTOBUF_MEDIA,
  parseContentType,
  toJson,
  WireError,
} from '../../../proto/codec/index.js';
import { answerBytes } from './answer.js';
import { readBody } from './body.js';
import { HttpRefusal } from './http-refusal.js';
import type { Exchange } from './router.js';

/** How a message of the v1 API travels: as JSON or as protobuf. */
export type MessageMedia = typeof JSON_MEDIA | typeof PROTOBUF_MEDIA;

/** JSON is preferred when both are allowed. */
const MESSAGE_MEDIA: readonly MessageMedia[] = [JSON_MEDIA, PROTOBUF_MEDIA];

/**
 * Reads a call of the v1 API. Throws an `HttpRefusal` in the original's words: 400 without a content type or with a
 * body that is no such call, 415 for other media, 413 beyond the bound.
 */
export async function readCall<Call>(request: IncomingMessage, type: MessageType<Call>): Promise<Call> {
  const header = request.headers['content-type'];
  if (header === undefined) throw new HttpRefusal(400, "Expecting 'Content-Type' to be present");
  const media = parseContentType(header);
  if (media !== JSON_MEDIA && media !== PROTOBUF_MEDIA) {
    throw new HttpRefusal(415, `Expecting 'Content-Type' of ${JSON_MEDIA} or ${PROTOBUF_MEDIA}`);
  }
  const body = await readBody(request);
  try {
    return media === JSON_MEDIA ? fromJson(type, body.toString()) : decode(type, body);
  } catch (error) {
    if (error instanceof WireError) throw new HttpRefusal(400, error.message);
    throw error;
  }
}

/** The media in which the client wants its answer. Throws an `HttpRefusal` (406) when it allows neither. */
export function chooseAnswerMedia(accept: string | undefined): MessageMedia {
  const media = chooseMedia(accept, MESSAGE_MEDIA);
  if (media === undefined) {
    throw new HttpRefusal(406, `Expecting 'Accept' to allow '${PROTOBUF_MEDIA}' or '${JSON_MEDIA}'`);
  }
  return media;
}

/** A message's bytes in a media. */
export function encodeAs<Message>(media: MediaType, type: MessageType<Message>, message: Message): Uint8Array {
  return media === JSON_MEDIA ? Buffer.from(toJson(type, message)) : encode(type, message);
}

/** Answers a call with one message, in the media that the client allows. */
export function answerMessage<Message>(
  { request, response }: Exchange,
  type: MessageType<Message>,
  message: Message,
): void {
  const media = chooseAnswerMedia(request.headers.accept);
  answerBytes(response, 200, media, encodeAs(media, type, message));
}
