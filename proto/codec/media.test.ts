import { describe, expect, it } from 'vitest';
import { allowsMedia, chooseMedia, JSON_MEDIA, PROTOBUF_MEDIA, parseContentType, RECORDIO_MEDIA } from './media.js';

describe('parseContentType()', () => {
  it.each([
    ['application/json', JSON_MEDIA],
    ['Application/JSON; charset=utf-8', JSON_MEDIA],
    [' application/x-protobuf ;v=1', PROTOBUF_MEDIA],
    ['APPLICATION/RECORDIO', RECORDIO_MEDIA],
    ['text/plain', undefined],
    ['application/jsonp', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('takes %j for %s', (header, media) => {
    expect(parseContentType(header)).toBe(media);
  });
});

describe('chooseMedia()', () => {
  const offered = [JSON_MEDIA, PROTOBUF_MEDIA] as const;

  it.each([
    [undefined, JSON_MEDIA],
    ['', JSON_MEDIA],
    ['*/*', JSON_MEDIA],
    ['application/*', JSON_MEDIA],
    ['application/x-protobuf', PROTOBUF_MEDIA],
    ['application/x-protobuf, application/json;q=0.1', JSON_MEDIA],
    ['Application/X-Protobuf; q=1', PROTOBUF_MEDIA],
    ['application/json;q=0, */*', PROTOBUF_MEDIA],
    ['text/html, text/*', undefined],
    ['*/*;q=0', undefined],
    [',;,', undefined],
  ])('answers Accept %j with %s', (accept, media) => {
    expect(chooseMedia(accept, offered)).toBe(media);
  });

  it('allows records only to those who ask for them or for anything', () => {
    expect(allowsMedia('application/recordio', RECORDIO_MEDIA)).toBe(true);
    expect(allowsMedia('application/json', RECORDIO_MEDIA)).toBe(false);
  });
});
