/** The media types that the v1 API speaks. */
export const JSON_MEDIA = 'application/json';
export const PROTOBUF_MEDIA = 'application/x-protobuf';
export const RECORDIO_MEDIA = 'application/recordio';

/** A media type that the v1 API speaks; `RECORDIO_MEDIA` frames messages of one of the others. */
export type MediaType = typeof JSON_MEDIA | typeof PROTOBUF_MEDIA | typeof RECORDIO_MEDIA;

const KNOWN: readonly MediaType[] = [JSON_MEDIA, PROTOBUF_MEDIA, RECORDIO_MEDIA];

/** The media type of a `Content-Type` in any case, parameters aside; undefined when absent or not one of ours. */
export function parseContentType(header: string | undefined): MediaType | undefined {
  const name = header?.split(';', 1)[0]?.trim().toLowerCase();
  return KNOWN.find((media) => media === name);
}

/**
 * Whether an `Accept` header allows a media type. No header, or an empty one, allows all; of the ranges that match, the
 * most specific decides; weight 0 forbids.
 */
export function allowsMedia(accept: string | undefined, media: MediaType): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  const weights = new Map(accept.split(',').map(parseRange));
  return (weights.get(media) ?? weights.get('application/*') ?? weights.get('*/*') ?? 0) > 0;
}

/** The first of the offered types that an `Accept` header allows: the order is our preference, as in the original. */
export function chooseMedia<M extends MediaType>(accept: string | undefined, offered: readonly M[]): M | undefined {
  return offered.find((media) => allowsMedia(accept, media));
}

function parseRange(range: string): [string, number] {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  return [name, weight === undefined || weight === '' ? 1 : Number(weight)];
}
