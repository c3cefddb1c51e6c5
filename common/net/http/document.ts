import { HttpRefusal } from './http-refusal.js';
import { answerPieces, type Json } from './json-pieces.js';
import type { Exchange } from './router.js';

/** A name that a script may give its callback: nothing that could be anything else than a name. */
const CALLBACK = /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/;
const MOST_CALLBACK_LENGTH = 128;

/** Answers with a document, printed here. See `answerPrinted`. */
export async function answerDocument(exchange: Exchange, document: unknown): Promise<void> {
  await answerPrinted(exchange, JSON.stringify(document));
}

/**
 * Answers with a document of the classic read endpoints. With `?jsonp=name` it comes as a script that calls `name`, as
 * pages of old need it. Throws an `HttpRefusal` (400) for a name that is none.
 */
export async function answerPrinted({ response, target }: Exchange, json: Json): Promise<void> {
  const callback = target.query.get('jsonp');
  if (callback === null) return await answerPieces(response, json);
  if (callback.length > MOST_CALLBACK_LENGTH || !CALLBACK.test(callback)) {
    throw new HttpRefusal(400, `Cannot answer: 'jsonp' must be the name of a function`);
  }
  await answerPieces(response, [`${callback}(`, json, ')'], 'text/javascript');
}
