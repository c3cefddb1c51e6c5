/** What every HTTP/2 connection opens with (RFC 9113, section 3.4); no HTTP/1.1 method begins like it. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Whether a connection's first bytes are the HTTP/2 preface; `unsure`: so far they agree, more are needed. */
export function looksLikeHttp2(start: Uint8Array): 'yes' | 'no' | 'unsure' {
  const length = Math.min(start.length, PREFACE.length);
  if (PREFACE.compare(start, 0, length, 0, length) !== 0) return 'no';
  return length === PREFACE.length ? 'yes' : 'unsure';
}
