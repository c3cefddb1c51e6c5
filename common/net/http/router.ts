import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { CodedError } from '../../runtime/errors.js';
import type { Logger } from '../../runtime/logger.js';
import { answerText } from './answer.js';
import { HttpRefusal } from './http-refusal.js';
import { parseTarget, type Target } from './target.js';

/** One request on its way through a handler. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Target;
}

/** Answers a request. What it throws is answered for it: an `HttpRefusal` as it says, anything else with 500. */
export type Handler = (exchange: Exchange) => void | Promise<void>;

/** A path and what answers below it. */
export interface Route {
  /** Such as `/api/v1`. Serves everything beneath it for which no longer route exists. */
  readonly path: string;
  /** Methods allowed, in the order in which a refusal lists them. */
  readonly methods: readonly string[];
  readonly handle: Handler;
}

/** Methods of endpoints that only read: clients of old use POST for some of them. */
export const READ_METHODS: readonly string[] = ['GET', 'POST', 'HEAD'];

/**
 * Routes requests as the original's libprocess does: every route answers with and without the daemon's name in front
 * (`/state`, `/master/state`), the longest prefix wins, a trailing slash is ignored.
 */
export function createRouter(daemon: 'master' | 'slave(1)', routes: readonly Route[], log: Logger): RequestListener {
  const table = new Map<string, Route>();
  for (const route of routes) {
    table.set(route.path, route);
    table.set(`/${daemon}${route.path}`, route);
  }
  return (request, response) => {
    void dispatch(table, request, response).catch((error: unknown) => answerFailure(response, error, log));
  };
}

async function dispatch(
  table: ReadonlyMap<string, Route>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = parseTarget(request.url ?? '/');
  const route = findRoute(table, target.path);
  if (route === undefined) throw new HttpRefusal(404, '404 Not Found.');
  const method = request.method ?? '';
  if (!route.methods.includes(method)) throw methodRefused(route.methods, method);
  await route.handle({ request, response, target });
}

function findRoute(table: ReadonlyMap<string, Route>, path: string): Route | undefined {
  for (let prefix = path; prefix !== ''; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
    const route = table.get(prefix);
    if (route !== undefined) return route;
  }
  return undefined;
}

function methodRefused(methods: readonly string[], method: string): HttpRefusal {
  const expected = methods.map((allowed) => `'${allowed}'`).join(', ');
  return new HttpRefusal(405, `405 Method Not Allowed. Expecting one of { ${expected} }, but received '${method}'.`, {
    Allow: methods.join(', '),
  });
}

function answerFailure(response: ServerResponse, error: unknown, log: Logger): void {
  if (error instanceof HttpRefusal) {
    answerText(response, error.status, error.message, error.headers);
  } else if (error instanceof CodedError && error.code === 'BAD_INPUT') {
    answerText(response, 400, error.message);
  } else if (response.destroyed) {
    // The client has left: nobody is there to be answered.
  } else {
    log.error('Request could not be answered', { error, url: response.req.url });
    answerText(response, 500, 'The request could not be answered: see the log of the daemon');
  }
  if (!response.writableEnded) response.destroy(); // the failure came in the middle of a stream
}
