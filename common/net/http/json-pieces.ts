import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

/** JSON text in pieces that follow one another: what was printed before is taken over without being copied. */
export type Json = string | readonly Json[];

/** How long a reader may take none of what waits for it. */
const STALL_MS = 60_000;
/** What is written at once. */
const PIECE_LENGTH = 256 * 1024;

/** An object with the plain members of `head`, one at least, and with lists whose elements are printed already. */
export function objectOf(
  head: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, readonly Json[]>>,
): Json {
  const members = Object.entries(lists).map(
    ([name, elements]): Json => [`,${JSON.stringify(name)}:`, listOf(elements)],
  );
  return [JSON.stringify(head).slice(0, -1), ...members, '}'];
}

/** A list whose elements are printed already. */
export function listOf(elements: readonly Json[]): Json {
  return ['[', ...elements.map((element, index): Json => (index === 0 ? element : [',', element])), ']'];
}

/** The whole text. */
export function textOf(json: Json): string {
  return [...piecesOf(json)].join('');
}

/**
 * Answers with a document that may be large, piece by piece: others are served in between, and a reader is
 * not given more than it takes. One that takes nothing for a minute is dropped.
 */
export async function answerPieces(
  response: ServerResponse,
  json: Json,
  contentType = 'application/json',
): Promise<void> {
  const pieces = [...piecesOf(json)];
  const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  response.writeHead(200, { 'Content-Type': contentType, 'Content-Length': length });
  response.setTimeout(STALL_MS, () => response.destroy());
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece)) await drained(response);
    await turn();
  }
  response.end();
}

async function drained(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const left = () => gone.abort();
  response.once('close', left);
  await once(response, 'drain', { signal: gone.signal }).catch(() => {}); // nobody is there to be answered
  response.removeListener('close', left);
}

/** Gathers small pieces into ones worth writing. */
function* piecesOf(json: Json): Generator<string> {
  let gathered = '';
  for (const text of textsOf(json)) {
    gathered += text;
    if (gathered.length < PIECE_LENGTH) continue;
    yield gathered;
    gathered = '';
  }
  if (gathered !== '') yield gathered;
}

function* textsOf(json: Json): Generator<string> {
  if (typeof json === 'string') yield json;
  else for (const part of json) yield* textsOf(part);
}
