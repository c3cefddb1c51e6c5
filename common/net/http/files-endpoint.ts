import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { answerBytes } from './answer.js';
import { answerDocument } from './document.js';
import { HttpRefusal } from './http-refusal.js';
import { type Exchange, READ_METHODS, type Route } from './router.js';

/** An entry of a folder, with the members of `/files/browse`. */
export interface BrowseEntry {
  readonly path: string;
  readonly nlink: number;
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Such as `-rw-r--r--`. */
  readonly mode: string;
  /** Names, or numbers where there is no name. */
  readonly uid: string;
  readonly gid: string;
}

/** Files that a daemon shows under virtual paths. Each answers undefined for a path under which it shows none. */
export interface ServedFiles {
  browse(path: string): Promise<readonly BrowseEntry[] | undefined>;
  /** As `SandboxFiles.read`: at most 64 KiB; offset -1 asks for the size only. */
  read(path: string, offset: number, length?: number): Promise<{ size: number; data: Uint8Array } | undefined>;
  /** The whole file as it is now. */
  open(path: string): Promise<{ readonly size: number; readonly content: Readable } | undefined>;
  /** Virtual path to real path of everything shown. */
  attached(): Readonly<Record<string, string>>;
}

/** For a daemon that shows none. */
export const NO_FILES: ServedFiles = {
  browse: async () => undefined,
  read: async () => undefined,
  open: async () => undefined,
  attached: () => ({}),
};

/** The endpoints `/files/browse`, `/files/read`, `/files/download` and `/files/debug`. */
export function filesRoutes(files: ServedFiles): Route[] {
  const read = (path: string, handle: Route['handle']): Route => ({ path, methods: READ_METHODS, handle });
  return [
    read('/files/browse', (exchange) => browse(exchange, files)),
    read('/files/read', (exchange) => readPiece(exchange, files)),
    read('/files/download', (exchange) => download(exchange, files)),
    read('/files/debug', (exchange) => answerDocument(exchange, files.attached())),
  ];
}

async function browse(exchange: Exchange, files: ServedFiles): Promise<void> {
  await answerDocument(exchange, found(await files.browse(pathOf(exchange))));
}

async function readPiece(exchange: Exchange, files: ServedFiles): Promise<void> {
  const path = pathOf(exchange);
  const offset = numberOf(exchange, 'offset') ?? -1;
  const { size, data } = found(await files.read(path, offset, numberOf(exchange, 'length')));
  const { response, target } = exchange;
  if (target.query.has('jsonp')) {
    await answerDocument(exchange, { data: Buffer.from(data).toString(), offset: offset === -1 ? size : offset });
    return;
  }
  // Bytes go out as they are, as in the original: a character that a piece cuts in two is whole again once joined.
  const text = JSON.stringify({ data: Buffer.from(data).toString('latin1'), offset: offset === -1 ? size : offset });
  answerBytes(response, 200, 'application/json', Buffer.from(text, 'latin1'));
}

async function download(exchange: Exchange, files: ServedFiles): Promise<void> {
  const path = pathOf(exchange);
  const { size, content } = found(await files.open(path));
  const { request, response } = exchange;
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename=${headerName(basename(path))}`,
    'Content-Length': size,
  });
  if (request.method === 'HEAD') {
    content.destroy();
    response.end();
    return;
  }
  await pipeline(content, response).catch(() => response.destroy()); // the reader left, or the file became shorter
}

/** A name goes unquoted when it may, as in the original. */
function headerName(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `"${name.replaceAll(/[^\x20-\x7e]|["\\]/g, '_')}"`;
}

function pathOf({ target }: Exchange): string {
  const path = target.query.get('path');
  if (path === null || path === '') throw new HttpRefusal(400, "Expecting 'path=value' in query.\n");
  return path;
}

function numberOf({ target }: Exchange, name: string): number | undefined {
  const text = target.query.get(name);
  if (text === null) return undefined;
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new HttpRefusal(400, `Failed to parse ${name}: Failed to convert '${text}' to number.\n`);
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new HttpRefusal(404, '');
  return value;
}
