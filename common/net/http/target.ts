import { HttpRefusal } from './http-refusal.js';

/** What a request asks for: a decoded path without a trailing slash, and its query. */
export interface Target {
  /** Begins with a slash; `/` is the root. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Reads a request target, in origin or absolute form. Throws an `HttpRefusal` (400) when it cannot be decoded. */
export function parseTarget(text: string): Target {
  const [encodedPath = '', ...rest] = text.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  let path: string;
  try {
    path = decodeURIComponent(encodedPath);
  } catch {
    throw new HttpRefusal(400, `Failed to decode the path '${encodedPath}': malformed percent-escape`);
  }
  if (path.includes('\u0000')) throw new HttpRefusal(400, 'Failed to decode the path: it contains a NUL character');
  return { path: path.replace(/\/+$/, '') || '/', query: new URLSearchParams(rest.join('?')) };
}
