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
export { MAX_DEPTH, type MessageType, messageType } from './message-type.js';
export { decode, encode, MAX_MESSAGE_BYTES } from './protobuf.js';
export { encodeRecord, MAX_RECORD_BYTES, RecordDecoder } from './recordio.js';
export * from './types.js';
export { WireError, type WireErrorCode } from './wire-error.js';
