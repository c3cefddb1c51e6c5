import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExecutorCall } from '../../../proto/codec/index.js';
import { silentLogger } from '../../runtime/logger.js';
import { type OnePort, openOnePort } from '../one-port.js';
import { answerEmpty, answerText } from './answer.js';
import { createRouter, READ_METHODS } from './router.js';
import { chooseAnswerMedia, readCall } from './v1-call.js';

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

let port: OnePort;
beforeAll(async () => {
  const routes = [
    { path: '/state', methods: READ_METHODS, handle: ({ response }) => answerText(response, 200, 'state') },
    {
      path: '/slaves',
      methods: READ_METHODS,
      handle: ({ response, target }) => answerText(response, 200, target.path),
    },
    {
      path: '/api/v1',
      methods: ['POST'],
      handle: async ({ request, response }) => {
        await readCall(request, ExecutorCall);
        chooseAnswerMedia(request.headers.accept);
        answerEmpty(response, 202);
      },
    },
    { path: '/api/v1/long', methods: ['POST'], handle: ({ response }) => answerText(response, 200, 'longer') },
    {
      path: '/broken',
      methods: ['GET'],
      handle: () => {
        throw new TypeError('secret detail');
      },
    },
  ] satisfies Parameters<typeof createRouter>[1];
  port = await openOnePort({ host: '127.0.0.1', port: 0 }, { http: createRouter('master', routes, silentLogger) });
});
afterAll(() => port.close(0));

/** Sends a path as it is: `fetch` would clean it up. */
function send(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: port.host, port: port.port, method, path, headers }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk) => {
        text += chunk;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const json = { 'content-type': 'application/json' };
const call = (body: string, headers: Record<string, string> = json) => send('POST', '/api/v1', headers, body);

describe('createRouter()', () => {
  it.each([
    '/state',
    '/state/',
    '/master/state',
    '/master/state/',
    'http://elsewhere/state',
    '/%73tate',
    '/state?a=%zz',
  ])('serves %s', async (path) => {
    expect(await send('GET', path)).toMatchObject({ status: 200, text: 'state' });
  });

  it('lets the longest prefix win, and a shorter one serve what is beneath it', async () => {
    expect((await send('POST', '/api/v1/long')).text).toBe('longer');
    expect((await send('GET', '/slaves/some/agent')).text).toBe('/slaves/some/agent');
    expect((await send('GET', '/api/v1/operator')).status).toBe(405);
  });

  it.each(['/', '/nope', '//state', '/slave(1)/state', '/master', '/state.json', '/../state', '/%2e%2e/state'])(
    'knows nothing at %s',
    async (path) => {
      expect(await send('GET', path)).toMatchObject({ status: 404, text: '404 Not Found.' });
    },
  );

  it.each(['/%', '/%zz', '/state%c3%28', '/state%00'])('refuses the malformed path %s', async (path) => {
    expect((await send('GET', path)).status).toBe(400);
  });

  it('refuses other methods and names the ones it takes', async () => {
    expect(await send('GET', '/api/v1')).toMatchObject({
      status: 405,
      headers: { allow: 'POST', 'content-length': '72', 'content-type': 'text/plain; charset=utf-8' },
      text: "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.",
    });
  });

  it('gives away nothing of an error of its own', async () => {
    const answer = await send('GET', '/broken');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
  });
});

describe('readCall()', () => {
  const good = '{"type":"MESSAGE","executor_id":{"value":"e"},"framework_id":{"value":"f"}}';

  it('accepts a call with an empty answer', async () => {
    expect(await call(good)).toMatchObject({ status: 202, text: '', headers: { 'content-length': '0' } });
  });

  it('takes a content type in any case and with parameters', async () => {
    expect((await call(good, { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(202);
  });

  it.each([
    ['no content type', good, {}, 400, "Expecting 'Content-Type' to be present"],
    [
      'another content type',
      good,
      { 'content-type': 'text/plain' },
      415,
      "Expecting 'Content-Type' of application/json or application/x-protobuf",
    ],
    ['an empty body', '', json, 400, 'Failed to parse body into JSON: syntax error at line 1 near: '],
    [
      'a body that is not JSON',
      '{oops',
      json,
      400,
      'Failed to parse body into JSON: syntax error at line 1 near: oops',
    ],
    [
      'garbage for protobuf',
      '\u00ff\u00ff',
      { 'content-type': 'application/x-protobuf' },
      400,
      'Failed to parse body into Call protobuf',
    ],
    [
      'an Accept that allows nothing it speaks',
      good,
      { ...json, accept: 'text/html' },
      406,
      "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'",
    ],
  ])('refuses %s as the original does', async (_, body, headers: Record<string, string>, status, text) => {
    expect(await call(body, headers)).toMatchObject({ status, text });
  });

  it.each([
    ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['deep objects', '{"a":'.repeat(50_000)],
    ['a prototype', '{"__proto__":{"polluted":true},"type":"MESSAGE"}'],
    ['numbers beyond all bounds', '{"type":1e308,"executor_id":{"value":1e999}}'],
    ['a lone surrogate', '{"type":"\\ud800"}'],
    ['a list', '[]'],
    ['null', 'null'],
  ])('survives %s', async (_, body) => {
    expect((await call(body)).status).toBe(400);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses a body beyond its bound without reading it all', async () => {
    const answer = await send('POST', '/api/v1', {
      ...json,
      'content-length': String(2 ** 31),
      connection: 'close',
    }).catch((error: NodeJS.ErrnoException) => error.code);
    if (typeof answer === 'object') expect(answer.status).toBe(413);
    else expect(answer).toMatch(/ECONNRESET|EPIPE/);
  });
});
