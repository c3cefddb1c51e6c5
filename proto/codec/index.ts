/** Bytes or JSON to message and back, records of a stream, and the names of what is spoken. */
export { fromJson, fromJsonValue, toJson } from './json.js';
export {
  allowsMedia,
  chooseMedia,
  JSON_MEDIA,
  type MediaType,
  PROTOBUF_MEDIA,
  parseContentType,
  RECORDIO_MEDIA,
} from './media.js';
export { type MessageType, messageType } from './message-type.js';
export { decode, encode } from './protobuf.js';
export { encodeRecord, RecordDecoder } from './recordio.js';
export * from './types.js';
export { WireError } from './wire-error.js';
