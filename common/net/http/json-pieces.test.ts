import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../runtime/logger.js';
import { type OnePort, openOnePort } from '../one-port.js';
import { answerPieces, type Json, objectOf, textOf } from './json-pieces.js';
import { createRouter } from './router.js';

describe('objectOf()', () => {
  it('prints what JSON.stringify prints, lists last', () => {
    const inner = objectOf({ name: 'a "quoted" one' }, { empty: [], tasks: ['{"id":1}', '{"id":2}'] });
    expect(textOf(objectOf({ version: 1, none: undefined }, { frameworks: [inner, inner] }))).toBe(
      JSON.stringify({
        version: 1,
        frameworks: [1, 2].map(() => ({ name: 'a "quoted" one', empty: [], tasks: [{ id: 1 }, { id: 2 }] })),
      }),
    );
  });
});

describe('answerPieces()', () => {
  const row = JSON.stringify({ text: 'x'.repeat(10_000), umlaut: 'ü' });
  const large = objectOf({ a: 1 }, { rows: Array.from({ length: 2_000 }, () => row) });
  let port: OnePort;
  let answered: string;

  beforeEach(async () => {
    answered = 'no';
    const handle = async ({ response }: Parameters<Parameters<typeof createRouter>[1][number]['handle']>[0]) => {
      await answerPieces(response, large);
      answered = response.destroyed ? 'dropped' : 'whole';
    };
    const routes = [
      { path: '/large', methods: ['GET'], handle },
      {
        path: '/small',
        methods: ['GET'],
        handle: ({ response }: { response: Parameters<typeof answerPieces>[0] }) =>
          answerPieces(response, ['{}'] satisfies Json),
      },
    ];
    port = await openOnePort({ host: '127.0.0.1', port: 0 }, { http: createRouter('master', routes, silentLogger) });
  });
  afterEach(() => port.close(0));

  const address = (path: string) => `http://${port.host}:${port.port}${path}`;

  it('gives the whole document with its length in bytes', async () => {
    const answer = await fetch(address('/large'));
    expect(answer.headers.get('content-type')).toBe('application/json');
    const body = await answer.arrayBuffer();
    expect(answer.headers.get('content-length')).toBe(String(body.byteLength));
    expect((JSON.parse(Buffer.from(body).toString()) as { rows: unknown[] }).rows).toHaveLength(2_000);
  });

  it('serves others while a reader takes nothing, and ends when that reader leaves', async () => {
    const slow = connect({ host: port.host, port: port.port });
    await once(slow, 'connect');
    slow.pause();
    slow.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await (await fetch(address('/small'))).text()).toBe('{}');
    expect(answered).toBe('no');
    slow.destroy();
    await vi.waitFor(() => expect(answered).toBe('dropped'));
  });
});
