import type { IncomingHttpHeaders } from 'node:http';
import { allowsMedia, JSON_MEDIA, type MediaType, PROTOBUF_MEDIA, RECORDIO_MEDIA } from '../../../proto/codec/index.js';
import { chooseAnswerMedia, type MessageMedia } from './v1-call.js';

/** In which media the messages of a stream travel, and the headers that say so. */
export interface EventMedia {
  readonly media: MessageMedia;
  readonly contentHeaders: Readonly<Record<string, string>>;
}

/**
 * The media of a stream of events, in either of the two ways to ask for it: `Accept` names the messages' own media, as
 * the original's event streams have it; or `Accept: application/recordio`, with `Message-Accept` for the messages, as
 * its other streams do. The first is taken when both would do. Throws an `HttpRefusal` (406) when neither will.
 */
export function chooseEventMedia(headers: IncomingHttpHeaders): EventMedia {
  const { accept } = headers;
  const messageAccept = headers['message-accept'];
  if (asksForRecords(accept)) {
    const media = chooseAnswerMedia(messageAccept === undefined ? undefined : String(messageAccept));
    return { media, contentHeaders: { 'Content-Type': RECORDIO_MEDIA, 'Message-Content-Type': media } };
  }
  const media = chooseAnswerMedia(accept);
  return { media, contentHeaders: { 'Content-Type': media } };
}

/** Whether records are all that the client can take. */
function asksForRecords(accept: string | undefined): boolean {
  const allows = (media: MediaType) => allowsMedia(accept, media);
  return allows(RECORDIO_MEDIA) && !allows(JSON_MEDIA) && !allows(PROTOBUF_MEDIA);
}
