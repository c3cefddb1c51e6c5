import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** A refusal or plain answer: `text/plain; charset=utf-8` with its length. */
export function answerText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  answerBytes(response, status, 'text/plain; charset=utf-8', Buffer.from(text), headers);
}

/** An answer that says all in its status: no body, no content type. */
export function answerEmpty(response: ServerResponse, status: number, headers: OutgoingHttpHeaders = {}): void {
  if (response.headersSent) return;
  response.writeHead(status, { ...headers, 'Content-Length': 0 }).end();
}

/** A single answer of any type, with its length. Does nothing when one has been given already. */
export function answerBytes(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: Uint8Array,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent) return;
  response.writeHead(status, { ...headers, 'Content-Type': contentType, 'Content-Length': body.length }).end(body);
}
